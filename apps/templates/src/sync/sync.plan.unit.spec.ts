import { describe, expect, it } from '@jest/globals';
import { listed } from '../template/template.samples.js';
import { planSync, type KnownTemplate } from './sync.plan.js';

const known = (templateId: string, metaId: string | null, name: string, removed = false): KnownTemplate => ({
  templateId,
  metaId,
  name,
  language: 'en_US',
  removed,
});
const idsOf = (have: readonly KnownTemplate[], ...now: ReturnType<typeof listed>[]) => {
  const { imports, removals } = planSync(have, now);
  return { imports: imports.map(({ templateId, template }) => [templateId, template.metaId]), removals };
};

describe('the plan of a sync', () => {
  it('knows a template by the id Meta gave it, and takes the rest for new', () =>
    expect(
      idsOf(
        [known('tpl_1', '1', 'a')],
        listed({ metaId: '1', name: 'a' }),
        listed({ metaId: '2', name: 'b' }),
      ),
    ).toEqual({
      imports: [
        ['tpl_1', '1'],
        [undefined, '2'],
      ],
      removals: [],
    }));

  it('removes what Meta no longer has, once, and never what Meta does not know yet', () =>
    expect(
      idsOf([known('tpl_1', '1', 'a'), known('tpl_2', '2', 'b', true), known('tpl_3', null, 'c')]),
    ).toEqual({
      imports: [],
      removals: ['tpl_1'],
    }));

  it('joins what was not submitted yet to its namesake at Meta', () =>
    expect(idsOf([known('tpl_1', null, 'a')], listed({ metaId: '1', name: 'a' })).imports).toEqual([
      ['tpl_1', '1'],
    ]));

  it('does not bring a removed one back beside another of its name', () =>
    expect(
      idsOf([known('tpl_1', '1', 'a', true), known('tpl_2', null, 'a')], listed({ metaId: '1', name: 'a' })),
    ).toEqual({
      imports: [['tpl_2', '1']],
      removals: [],
    }));

  it('brings a removed one back by its id', () =>
    expect(idsOf([known('tpl_1', '1', 'a', true)], listed({ metaId: '1', name: 'a' }))).toEqual({
      imports: [['tpl_1', '1']],
      removals: [],
    }));

  it('takes a template made anew under the name of a deleted one for another one', () =>
    expect(idsOf([known('tpl_1', '1', 'a')], listed({ metaId: '2', name: 'a' }))).toEqual({
      imports: [[undefined, '2']],
      removals: ['tpl_1'],
    }));

  it('takes what comes twice once, and of two namesakes the approved one', () => {
    const one = listed({ metaId: '1', name: 'a', status: 'pending' });
    const two = listed({ metaId: '2', name: 'a', status: 'approved' });
    expect(idsOf([], one, one).imports).toHaveLength(1);
    expect(idsOf([], one, two).imports).toEqual([[undefined, '2']]);
    expect(idsOf([], two, one).imports).toEqual([[undefined, '2']]);
  });
});
