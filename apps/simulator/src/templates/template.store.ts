import type { Nodes, Template } from '../graph/nodes.js';
import type { Saved } from '../graph/state-file.js';
import { unixSeconds } from '../graph/times.js';

type TemplateKey = Pick<Template, 'wabaId' | 'name' | 'language'>;

const keyOf = ({ wabaId, name, language }: TemplateKey) => `${wabaId}:${name}:${language}`;

/** Stores templates by WABA, name and language, and when approved templates were deleted. */
export function templateStore({ add, remove, newId }: Nodes, saved: Saved | undefined) {
  const byName = new Map<string, Template>();
  const deleted = new Map(saved?.deleted);

  const put = (template: Template) => {
    byName.set(keyOf(template), template);
    return add(template);
  };

  return {
    put,
    addTemplate: (template: Omit<Template, 'kind' | 'id' | 'updatedAt'>) =>
      put({
        kind: 'template',
        id: newId('template', 7_000_000_000_000_001),
        updatedAt: unixSeconds(),
        ...template,
      }),
    removeTemplate(template: Template) {
      byName.delete(keyOf(template));
      if (template.hasBeenApproved === true || template.status === 'APPROVED')
        deleted.set(keyOf(template), Date.now());
      remove(template);
    },
    template: (key: TemplateKey) => byName.get(keyOf(key)),
    /** When an approved template of this name and language was deleted, in unix ms. */
    deletedAt: (key: TemplateKey) => deleted.get(keyOf(key)),
    toSave: () => ({ deleted: [...deleted] }),
  };
}
