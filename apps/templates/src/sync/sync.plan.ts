import type { ListedTemplate } from '../template/template.decider.js';

/** A template we have, or had. */
export type KnownTemplate = {
  readonly templateId: string;
  readonly metaId: string | null;
  readonly name: string;
  readonly language: string;
  readonly removed: boolean;
};

export type SyncPlan = {
  /** `templateId` is undefined for one that is new to us. */
  readonly imports: readonly { readonly templateId: string | undefined; readonly template: ListedTemplate }[];
  readonly removals: readonly string[];
};

/**
 * What Meta's list makes of the templates we know. A template is the one with Meta's id, which no other ever gets, or
 * else the one of the same name and language that Meta does not know yet. Those without an id of Meta's stay.
 */
export function planSync(known: readonly KnownTemplate[], listed: readonly ListedTemplate[]): SyncPlan {
  // The last one counts: one that is there before one that is not.
  const liveLast = known.toSorted((one, other) => Number(other.removed) - Number(one.removed));
  const byMetaId = new Map(liveLast.filter(({ metaId }) => metaId).map((one) => [one.metaId, one]));
  const unsubmitted = new Map(
    known.filter(({ metaId, removed }) => !metaId && !removed).map((one) => [nameOf(one), one]),
  );
  const current = oneByName(listed);
  const imports = current.map((template) => {
    const same = byMetaId.get(template.metaId);
    // One that was removed does not come back beside another of its name.
    const one = same && !same.removed ? same : (unsubmitted.get(nameOf(template)) ?? same);
    return { templateId: one?.templateId, template };
  });
  const stay = new Set(imports.map(({ templateId }) => templateId));
  const removals = known
    .filter(({ metaId, removed, templateId }) => metaId && !removed && !stay.has(templateId))
    .map(({ templateId }) => templateId);
  return { imports, removals };
}

/** Pages shift while they are read, so one may come twice; of two with one name the approved one counts. */
function oneByName(listed: readonly ListedTemplate[]): ListedTemplate[] {
  const found = new Map<string, ListedTemplate>();
  for (const template of listed)
    if (!found.has(nameOf(template)) || template.status === 'approved') found.set(nameOf(template), template);
  return [...found.values()];
}

const nameOf = ({ name, language }: Pick<ListedTemplate, 'name' | 'language'>) => `${name} ${language}`;
