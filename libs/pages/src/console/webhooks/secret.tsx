import { Copy } from '../../parts/copy.js';
import { Modal } from '../../parts/modal.js';
import { ShownOnce } from '../../parts/shown-once.js';

const SNIPPET = `import { verifyWebhook } from '@wbiz/sdk/webhook';

const secrets = process.env.WEBHOOK_SECRET!.split(','); // two while one is rotated
// Verify the raw body: parsing and serialising it again breaks the signature.
const event = await verifyWebhook(rawBody, request.headers, secrets);`;

type SecretProps = {
  readonly title: string;
  readonly secret: string;
  readonly note?: string;
  readonly onClose: () => void;
};

/** Shows a new signing secret, this once, and how to verify by it. */
export function Secret({ title, secret, note, onClose }: SecretProps) {
  return (
    <Modal title={title} onClose={onClose}>
      <p>Copy the signing secret now: it is not shown again.</p>
      <ShownOnce text={secret} label="Signing secret" what="the signing secret" />
      {note && <p>{note}</p>}
      <div class="stack snippet">
        <div class="row apart">
          <h3>Verify deliveries</h3>
          <Copy text={SNIPPET} what="the snippet" />
        </div>
        <pre tabIndex={0} role="region" aria-label="Code that verifies a delivery">
          {SNIPPET}
        </pre>
        <p class="soft">
          Signed as <b>Standard Webhooks</b> has it, so that its libraries verify them in other languages.
          Answer 2xx within 15 seconds, and drop what you have seen: a delivery that comes again has the same{' '}
          <code>webhook-id</code>.
        </p>
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  );
}
