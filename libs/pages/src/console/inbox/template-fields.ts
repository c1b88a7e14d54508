import { buttonsOf, componentOf, formatOf, variablesIn, word } from '@wbiz/contracts/template/components';
import type { Schemas } from '@wbiz/sdk/operations';

type Template = Pick<Schemas['TemplateView'], 'components' | 'category'>;
type Component = Readonly<Record<string, unknown>>;

/** What must be filled in before a template can be sent. */
export type TemplateFields = {
  /** In the order of a send: the header's before the body's. */
  readonly variables: readonly { readonly name: string; readonly of: 'header' | 'body' }[];
  /** Labels of the buttons that take a value, in order. */
  readonly buttons: readonly { readonly label: string; readonly isCode: boolean }[];
  readonly header: 'image' | 'video' | 'document' | 'location' | undefined;
  readonly offerExpires: boolean;
  /** Why the template cannot be filled in here; undefined: it can. */
  readonly unfillable: string | undefined;
};

const text = (value: unknown) => (typeof value === 'string' ? value : '');

export function templateFields({ components, category }: Template): TemplateFields {
  const [header, body] = [componentOf(components, 'HEADER'), componentOf(components, 'BODY')];
  const format = header && formatOf(header);
  const buttons = buttonsOf(components);
  const isPassword = word(category) === 'AUTHENTICATION';
  const offer = componentOf(components, 'LIMITED_TIME_OFFER')?.['limited_time_offer'] as
    Component | undefined;
  // Meta writes the body of a one-time password and fills its button, so that only the code is asked for.
  const inBody = isPassword ? ['1'] : variablesIn(body?.['text']);
  return {
    variables: [
      ...(format === 'TEXT' ? variablesIn(header?.['text']) : []).map((name) => ({
        name,
        of: 'header' as const,
      })),
      ...inBody.map((name) => ({ name, of: 'body' as const })),
    ],
    buttons: isPassword
      ? []
      : buttons
          .filter(
            ({ type, url }) =>
              word(type) === 'COPY_CODE' || (word(type) === 'URL' && variablesIn(url).length > 0),
          )
          .map(({ type, text: label }) => ({ label: text(label), isCode: word(type) === 'COPY_CODE' })),
    header: (['image', 'video', 'document', 'location'] as const).find(
      (kind) => kind.toUpperCase() === format,
    ),
    offerExpires: offer?.['has_expiration'] === true,
    unfillable: componentOf(components, 'CAROUSEL')
      ? 'Its cards are filled in by the API only.'
      : buttons.some(({ type }) => ['MPM', 'SPM'].includes(word(type) ?? ''))
        ? 'Its products are chosen by the API only.'
        : undefined,
  };
}
