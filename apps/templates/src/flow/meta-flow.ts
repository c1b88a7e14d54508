import type { MetaFlow } from '@wbiz/cloud-api/meta-objects';
import { isWellFormed } from '@wbiz/contracts/schema/json-values';
import type { FlowStatus, FlowView } from '@wbiz/contracts/flow';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MetaChange } from '@wbiz/contracts/meta/inbound';
import { cut, entryOf, text } from '@wbiz/contracts/meta/item';

/** A flow from Meta's list, in our form. */
export type ListedFlow = Omit<FlowView, 'id' | 'updatedAt'>;

/** Statuses of a flow (developers.facebook.com, WhatsApp Flows, life cycle). */
const STATUS_OF: Readonly<Record<string, FlowStatus>> = {
  DRAFT: 'draft',
  PUBLISHED: 'published',
  THROTTLED: 'throttled',
  BLOCKED: 'blocked',
  DEPRECATED: 'deprecated',
};

/** Whether we know the status. A flow of unknown status counts as blocked, so that nothing is sent with it. */
export const isKnownStatus = (status: string) => entryOf(STATUS_OF, status) !== undefined;

/** Converts a flow from Meta's list; undefined if its id exceeds our limits, since no send could name the flow. */
export function listedFlow({ id, name, status, categories }: MetaFlow): ListedFlow | undefined {
  const metaId = text(id, LIMITS.metaId);
  if (!isWellFormed(metaId)) return undefined;
  return {
    metaId,
    name: cut(text(name) ?? metaId, LIMITS.flowName),
    status: entryOf(STATUS_OF, status) ?? 'blocked',
    categories: (categories ?? [])
      .flatMap((category) => text(category) ?? [])
      .slice(0, LIMITS.flowCategories.max)
      .map((category) => cut(category, LIMITS.flowCategory)),
  };
}

/** Whether a webhook reports a new flow or status. The field's other events are alarms about a flow's endpoint. */
export const tellsOfFlow = ({ field, value }: Pick<MetaChange, 'field' | 'value'>) =>
  field === 'flows' && value['event'] === 'FLOW_STATUS_CHANGE';
