import { useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import { FileText, LayoutList, Paperclip, ScrollText, SendHorizontal, X } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { useObjectUrl } from './media-file.js';
import { lineOf } from './message-content.js';
import { PresetPicker } from './preset-picker.js';
import { QuickReplies, useQuickReplies } from './quick-replies.js';
import type { serviceWindow } from './service-window.js';
import { TemplatePicker } from './template-picker.js';
import type { Message } from './thread.js';
import { faultOfFile, kindOfFile, SENT_AS, sizeOf, upload } from './uploads.js';
import type { Outgoing, Shown } from './use-outbox.js';

type Attachment = {
  readonly key: string;
  readonly file: File;
  readonly share: number;
  readonly mediaId?: string;
  readonly error?: string;
  readonly stop: () => void;
};
export type Draft = {
  readonly text: string;
  readonly replyTo: Message | undefined;
  readonly attachments: readonly Attachment[];
};
const EMPTY: Draft = { text: '', replyTo: undefined, attachments: [] };
type Change = Partial<Draft> | ((draft: Draft) => Partial<Draft>);

/** A conversation's unsent draft; kept as long as this tab lives. */
export function useDraft(conversationId: string) {
  const { account } = useAccount();
  const queries = useQueryClient();
  const queryKey = [account.id, 'draft', conversationId];
  const [draft, setDraft] = useState<Draft>(() => queries.getQueryData(queryKey) ?? EMPTY);
  const change = (given: Change) => {
    const known = queries.getQueryData<Draft>(queryKey) ?? EMPTY;
    const next = { ...known, ...(typeof given === 'function' ? given(known) : given) };
    queries.setQueryDefaults([account.id, 'draft'], { gcTime: Infinity });
    queries.setQueryData<Draft>(queryKey, next);
    setDraft(next);
  };
  return [draft, change] as const;
}

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
    const answered = { ...address, ...(replyTo && { replyTo: replyTo.id }) };
    const kinds = attachments.map(({ file }) => kindOfFile(file));
    // The text becomes the caption of the first file that can have one; without such a file it is sent by itself.
    const captioned = kinds.findIndex((kind) => kind !== 'audio' && kind !== 'sticker');
    const words = text.trim() === '' ? undefined : text;
    for (const [index, { mediaId, file }] of attachments.entries()) {
      const [type, caption] = [kinds[index]!, index === captioned ? words : undefined];
      const named = {
        mediaId: mediaId!,
        ...(type === 'document' && { filename: file.name.slice(0, LIMITS.filename.max) }),
      };
      onSend(
        { route: '/v1/messages/media', body: { ...answered, type, ...named, ...(caption && { caption }) } },
        { kind: type, body: caption ?? null, payload: named },
      );
    }
    if (words && captioned === -1)
      onSend(
        { route: '/v1/messages/text', body: { ...answered, body: words } },
        { kind: 'text', body: words, payload: null },
      );
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

function Attached({
  attachment: { file, share, mediaId, error },
  onRemove,
}: {
  attachment: Attachment;
  onRemove: () => void;
}) {
  const kind = kindOfFile(file);
  const url = useObjectUrl(kind === 'image' ? file : undefined);
  return (
    <li class={error ? 'has-failed' : ''}>
      {url ? <img src={url} alt="" /> : <FileText size={20} aria-hidden="true" />}
      <span class="what">
        <span class="file-name">{file.name}</span>
        {error ? (
          <span class="fault" role="alert">
            {error}
          </span>
        ) : mediaId ? (
          <span class="soft">
            {SENT_AS[kind]}, {sizeOf(file.size)}
          </span>
        ) : (
          <progress value={share} aria-label={`Uploading ${file.name}`} />
        )}
      </span>
      <button type="button" class="quiet" onClick={onRemove} aria-label={`Remove ${file.name}`}>
        <X size={16} aria-hidden="true" />
      </button>
    </li>
  );
}

/** Takes files dropped anywhere on the conversation. */
function useDropped(onOver: (isOver: boolean) => void, onFiles: (files: FileList) => void) {
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const place = document.querySelector('.conversation')!;
    const over = (event: Event) => {
      if (!(event as DragEvent).dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      onOver(true);
    };
    const leave = () => onOver(false);
    const drop = (event: Event) => {
      const { dataTransfer } = event as DragEvent;
      if (!dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      onOver(false);
      latest.current(dataTransfer.files);
    };
    const listeners = { dragover: over, dragleave: leave, drop };
    for (const [type, listener] of Object.entries(listeners)) place.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) place.removeEventListener(type, listener);
    };
  }, []);
}
