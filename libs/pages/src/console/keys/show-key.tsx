import type { NewApiKey } from '@wbiz/contracts/api-key';
import { Modal } from '../../parts/modal.js';
import { ShownOnce } from '../../parts/shown-once.js';

/** Shows a new key, this once. */
export function ShowKey({ made: { name, key }, onClose }: { made: NewApiKey; onClose: () => void }) {
  return (
    <Modal title={`The key ${name} was created`} onClose={onClose}>
      <p>
        <strong>Copy it now: it will not be shown again.</strong> Only a hash of it is kept here. Keep it
        where you keep passwords.
      </p>
      <ShownOnce text={key} label="API key" what="API key" />
      <p class="soft">
        Send it as <code>Authorization: Bearer …</code>. The <a href="/docs">API reference</a> can try any
        call with it.
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  );
}
