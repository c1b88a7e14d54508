import type { ListedTemplate } from '../template/template.state.js';

/** A stored template of the account, removed or not. */
export type KnownTemplate = {
  readonly templateId: string;
  readonly metaId: string | null;
  readonly name: string;
  readonly language: string;
  readonly removed: boolean;
};

export type SyncPlan = {
  /** `templateId` undefined: a new template. */
  readonly imports: readonly { readonly templateId: string | undefined; readonly template: ListedTemplate }[];
  readonly removals: readonly string[];
};

/**
 * Matches Meta's list to the stored templates: by Meta's id, which is never reused, or by name and language to a stored
 * template that has no Meta id yet. Templates without a Meta id are never removed.
 */
export function planSync(known: readonly KnownTemplate[], listed: readonly ListedTemplate[]): SyncPlan {
  // Live templates last: of several templates with one Meta id, the map keeps the last.
  const liveLast = known.toSorted((one, other) => Number(other.removed) - Number(one.removed));
  const byMetaId = new Map(liveLast.filter(({ metaId }) => metaId).map((one) => [one.metaId, one]));
  const unsubmitted = new Map(
    known.filter(({ metaId, removed }) => !metaId && !removed).map((one) => [nameOf(one), one]),
  );
  const current = oneByName(listed);
  const imports = current.map((template) => {
    const same = byMetaId.get(template.metaId);
    // A removed template stays removed if an unsubmitted one has its name and language.
    const one = same && !same.removed ? same : (unsubmitted.get(nameOf(template)) ?? same);
    return { templateId: one?.templateId, template };
  });
  const stay = new Set(imports.map(({ templateId }) => templateId));
  const removals = known
    .filter(({ metaId, removed, templateId }) => metaId && !removed && !stay.has(templateId))
    .map(({ templateId }) => templateId);
  return { imports, removals };
}

/** One template per name and language, an approved one if any: Meta's pages shift while read and may repeat one. */
function oneByName(listed: readonly ListedTemplate[]): ListedTemplate[] {
  const found = new Map<string, ListedTemplate>();
  for (const template of listed)
    if (!found.has(nameOf(template)) || template.status === 'approved') found.set(nameOf(template), template);
  return [...found.values()];
}

const nameOf = ({ name, language }: Pick<ListedTemplate, 'name' | 'language'>) => `${name} ${language}`;
