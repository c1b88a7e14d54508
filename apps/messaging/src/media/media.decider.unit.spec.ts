import { describe, expect, it } from '@jest/globals';
import type { MediaSource } from '@wbiz/contracts/media';
import { fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import { media, type MediaCommand, type MediaEvent } from './media.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const mediaId = 'med_1';
const file = { mediaId, mimeType: 'image/jpeg', size: 9, sha256: 'a'.repeat(64), filename: null, at: AT };
const own = { phoneNumberId: '106', awaiting: { address: 'gateway:1', commandId: 'cmd_1' } };
const error = { code: 'rejected_by_meta', message: 'No.', metaCode: 131053 };

const create = (source: MediaSource): MediaCommand => ({
  type: 'media.create',
  data: { ...file, ...own, source },
});
const remove: MediaCommand = { type: 'media.delete', data: { mediaId, at: AT } };
const refuse: MediaCommand = { type: 'media.refuse', data: { mediaId, at: AT, error } };
const created = (source: MediaSource = 'upload'): MediaEvent => ({
  type: 'media.created',
  data: { ...file, source },
  private: own,
});
const deleted: MediaEvent = { type: 'media.deleted', data: { mediaId, reason: 'deleted', at: AT } };
const refused: MediaEvent = {
  type: 'media.deleted',
  data: { mediaId, reason: 'rejected_by_meta', at: AT },
  private: { error },
};

const { given } = scenario(media);

describe('a medium', () => {
  it.each(['upload', 'inbound'] as const)('is made once, by an %s', (source) => {
    given().when(create(source)).then(created(source));
    given(created()).when(create(source)).thenNothing();
  });
  it('that was deleted is not made again by what comes late', () =>
    given(created(), deleted).when(create('inbound')).thenNothing());
  it('is deleted once', () => {
    given(created()).when(remove).then(deleted);
    given(created(), deleted).when(remove).thenRejected('not_found');
    given().when(remove).thenRejected('not_found');
  });
  it('is gone when Meta refuses it, unless it was gone already', () => {
    given(created()).when(refuse).then(refused);
    given(created(), deleted).when(refuse).thenNothing();
    given().when(refuse).thenNothing();
  });
  it('remembers why', () =>
    expect(fold(media, [created(), refused])).toMatchObject({ deletedAt: AT, error }));
});
