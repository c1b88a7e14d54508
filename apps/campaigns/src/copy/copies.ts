import type { Projection } from '@wbiz/eventing/postgres/projection';
import { accounts } from './accounts.projection.js';
import { contacts } from './contacts.projection.js';
import { deletedLabels } from './deleted-labels.projection.js';
import { templates } from './templates.projection.js';

/** Copies of other services' data. They share one checkpoint with the projection of message statuses. */
export const COPIES: readonly Projection[] = [accounts, contacts, deletedLabels, templates];
/** The name of the shared checkpoint. */
export const PROJECTION = 'campaigns';
