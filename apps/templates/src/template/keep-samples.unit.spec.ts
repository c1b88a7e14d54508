import { describe, expect, it } from '@jest/globals';
import { keepSamples } from './keep-samples.js';

const header = (sample: string, format = 'IMAGE') => ({
  type: 'HEADER',
  format,
  example: { header_handle: [sample] },
});
const META = 'https://scontent.whatsapp.net/v/t61/1.jpg?oe=68';
const BODY = { type: 'BODY', text: 'Hi' };

describe('a sample that the client gave', () => {
  it.each(['med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 'https://shop.example/catalogue.jpg'])('stays: %s', (own) =>
    expect(keepSamples([header(META), BODY], [header(own), BODY])).toEqual([header(own), BODY]),
  );

  it.each([META, '4::aW1h', 'http://shop.example/x.jpg', 'https://lookaside.fbsbx.com/x', ''])(
    'is none of Meta’s own: %s',
    (theirs) => expect(keepSamples([header(META)], [header(theirs)])).toEqual([header(META)]),
  );

  it('is dropped if the header is another, or has another sample of the client’s', () => {
    expect(keepSamples([header(META, 'VIDEO')], [header('med_1')])).toEqual([header(META, 'VIDEO')]);
    expect(keepSamples([header('med_2')], [header('med_1')])).toEqual([header('med_2')]);
    expect(keepSamples([BODY], [header('med_1')])).toEqual([BODY]);
  });

  it('stays in the cards of a carousel', () => {
    const carousel = (...samples: string[]) => ({
      type: 'CAROUSEL',
      cards: samples.map((sample) => ({ components: [header(sample), BODY] })),
    });
    expect(keepSamples([carousel(META, META)], [carousel('med_1', '4::x')])).toEqual([
      carousel('med_1', META),
    ]);
  });
});
