import { LIMITS } from '@wbiz/contracts/limits';
import { LayoutList, Paperclip, ScrollText, SendHorizontal, X } from 'lucide-preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { Attached, useDropped } from './attachments.js';
import { lineOf } from './message-content.js';
import { PresetPicker } from './preset-picker.js';
import { QuickReplies, useQuickReplies } from './quick-replies.js';
import type { serviceWindow } from './service-window.js';
import { TemplatePicker } from './template-picker.js';
import { sendsOf } from './sends-of-draft.js';
import { faultOfFile, upload } from './uploads.js';
import { type Attachment, type Change, type Draft, EMPTY } from './use-draft.js';
import type { Outgoing, Shown } from './use-outbox.js';

type ComposerProps = {
  readonly address: { readonly to: string; readonly from: string };
  readonly window: ReturnType<typeof serviceWindow>;
  readonly who: string;
  readonly draft: Draft;
  readonly onDraft: (change: Change) => void;
  readonly onSend: (sent: Outgoing, shown: Shown) => void;
};

export function Composer({ address, window, who, draft, onDraft, onSend }: ComposerProps) {
  const [picking, pick] = useState<'template' | 'preset'>();
  const dialogs = (
    <>
      {picking === 'template' && (
        <TemplatePicker address={address} onSend={onSend} onClose={() => pick(undefined)} />
      )}
      {picking === 'preset' && (
        <PresetPicker address={address} onSend={onSend} onClose={() => pick(undefined)} />
      )}
    </>
  );
  if (window.state === 'closed')
    return (
      <footer class="composer closed">
        <p>
          <strong>The service window is {window.text}.</strong> Until {who} writes, only templates can be
          sent.
        </p>
        <button type="button" class="primary" onClick={() => pick('template')}>
          <ScrollText size={16} aria-hidden="true" /> Send a template
        </button>
        {dialogs}
      </footer>
    );
  return (
    <Writing address={address} who={who} draft={draft} onDraft={onDraft} onSend={onSend} onPick={pick}>
      {dialogs}
    </Writing>
  );
}

type WritingProps = Omit<ComposerProps, 'window'> & {
  readonly onPick: (what: 'template' | 'preset') => void;
  readonly children: preact.ComponentChildren;
};

function Writing({ address, who, draft, onDraft, onSend, onPick, children }: WritingProps) {
  const { account } = useAccount();
  const keyNow = useConsoleKey(account.id);
  const { text, replyTo, attachments } = draft;
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const quick = useQuickReplies(text, (body) => {
    onDraft({ text: body });
    field.current!.focus();
  });

  useLayoutEffect(() => {
    const { style } = field.current!;
    style.height = 'auto';
    style.height = `${Math.min(field.current!.scrollHeight + 2, 220)}px`;
  }, [text]);

  const attach = (files: Iterable<File>) => {
    for (const file of files) {
      const [key, stopped] = [crypto.randomUUID(), new AbortController()];
      const tell = (change: Partial<Attachment>) =>
        onDraft((now) => ({
          attachments: now.attachments.map((one) => (one.key === key ? { ...one, ...change } : one)),
        }));
      const error = faultOfFile(file);
      const added: Attachment = {
        key,
        file,
        share: 0,
        stop: () => stopped.abort(new Error('Stopped.')),
        ...(error && { error }),
      };
      onDraft((now) => ({ attachments: [...now.attachments, added] }));
      if (error) continue;
      upload(file, keyNow(), (share) => tell({ share }), stopped.signal).then(
        ({ mediaId }) => tell({ mediaId, share: 1 }),
        (error: Error) => tell({ error: error.message }),
      );
    }
  };
  useDropped(setOver, attach);

  const ready = attachments.every(({ mediaId }) => mediaId !== undefined);
  const tooLong = [...text].length - (attachments.length > 0 ? LIMITS.caption.max : LIMITS.textBody.max);
  const canSend = (text.trim() !== '' || attachments.length > 0) && ready && tooLong <= 0;
  const send = () => {
    if (!canSend) return;
    for (const [sent, shown] of sendsOf(draft, address)) onSend(sent, shown);
    onDraft(EMPTY);
    field.current!.focus();
  };

  return (
    <footer class={`composer ${isOver ? 'is-over' : ''}`}>
      {replyTo && (
        <div class="replying">
          <blockquote class="quoted">
            <strong>{replyTo.direction === 'in' ? who : 'You'}</strong>
            <span>{lineOf(replyTo)}</span>
          </blockquote>
          <button
            type="button"
            class="quiet"
            onClick={() => onDraft({ replyTo: undefined })}
            aria-label="Reply to nothing"
          >
            <X size={16} aria-hidden="true" />
          </button>
        </div>
      )}
      {attachments.length > 0 && (
        <ul class="attachments" aria-label="Attachments">
          {attachments.map((one) => (
            <Attached
              key={one.key}
              attachment={one}
              onRemove={() => {
                one.stop();
                onDraft((now) => ({ attachments: now.attachments.filter(({ key }) => key !== one.key) }));
              }}
            />
          ))}
        </ul>
      )}
      <QuickReplies {...quick} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          id="answer"
          ref={field}
          rows={1}
          aria-label={`Message to ${who}`}
          placeholder={attachments.length > 0 ? 'Caption' : 'Message, or / for quick replies'}
          value={text}
          {...quick.combobox}
          onInput={({ currentTarget }) => onDraft({ text: currentTarget.value })}
          onKeyDown={(event) => {
            if (quick.onKey(event) || event.isComposing || event.key !== 'Enter' || event.shiftKey) return;
            // A phone's keyboard has no Shift+Enter for a new line.
            if (matchMedia('(pointer: coarse)').matches) return;
            event.preventDefault();
            send();
          }}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length === 0) return;
            event.preventDefault();
            attach(files);
          }}
        />
        <button class="primary" disabled={!canSend} aria-label="Send" title="Send (Enter)">
          <SendHorizontal size={18} aria-hidden="true" />
        </button>
      </form>
      <div class="row kinds">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            attach(currentTarget.files ?? []);
            currentTarget.value = '';
          }}
        />
        <button type="button" class="quiet" onClick={() => picker.current!.click()}>
          <Paperclip size={16} aria-hidden="true" /> Attach
        </button>
        <button type="button" class="quiet" onClick={() => onPick('preset')}>
          <LayoutList size={16} aria-hidden="true" /> Cards
        </button>
        <button type="button" class="quiet" onClick={() => onPick('template')}>
          <ScrollText size={16} aria-hidden="true" /> Template
        </button>
        {tooLong > 0 && (
          <span class="fault" role="alert">
            {tooLong} characters too many
          </span>
        )}
      </div>
      {children}
    </footer>
  );
}
