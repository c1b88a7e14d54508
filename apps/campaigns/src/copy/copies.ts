import type { Projection } from '@wbiz/eventing/postgres/projection';
import { accounts } from './accounts.projection.js';
import { contacts } from './contacts.projection.js';
import { deletedLabels } from './deleted-labels.projection.js';
import { templates } from './templates.projection.js';

/** What this service keeps of what others told on the log. They move with its own read models, under one checkpoint. */
export const COPIES: readonly Projection[] = [accounts, contacts, deletedLabels, templates];
/** The name of that checkpoint. */
export const PROJECTION = 'campaigns';
