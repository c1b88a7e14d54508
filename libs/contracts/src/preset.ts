import { both, changesOf } from './schema/derived-classes.js';
import { NOT_BLANK, Text, Time } from './schema/text-fields.js';
import { InteractiveCard } from './interactive.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';
import { Send } from './send.js';

const Name = (base: { optional?: boolean } = {}) =>
  Text({
    ...LIMITS.presetName,
    nullable: true,
    ...NOT_BLANK,
    description: 'Your name for it; recipients do not see it.',
    ...base,
  });

class PresetHead {
  @Text({ max: 40 }) id!: string;
  @Name() name!: string | null;
}

/** A saved interactive card. */
export class PresetView extends both(PresetHead, InteractiveCard) {
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** `GET /v1/interactive`. */
export class ListPresets extends Page {
  @Text({ max: 200, optional: true, description: 'A part of the name or the body, in any case.' })
  search?: string;
}

/** `POST /v1/interactive`. */
export class CreatePreset extends InteractiveCard {
  @Name({ optional: true }) name?: string | null;
}

/** `PATCH /v1/interactive/:id`. Omitted fields stay, except parts that the new kind does not take. */
export class UpdatePreset extends changesOf(CreatePreset) {}

/** `POST /v1/interactive/:id/send`. */
export class SendPreset extends Send {}

type Known = { readonly presetId: string; readonly at: string };
/** Payload of the command `preset.create`. */
export type CreatePresetData = CreatePreset & Known;
/** Payload of the command `preset.update`. */
export type UpdatePresetData = UpdatePreset & Known;
/** Payload of the command `preset.delete`. */
export type DeletePresetData = Known;
