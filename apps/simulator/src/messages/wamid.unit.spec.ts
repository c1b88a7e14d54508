import { describe, expect, it } from '@jest/globals';
import { incomingWamid, outgoingWamid, wamidDirection } from './wamid.js';

const bytesOf = (wamid: string) => Buffer.from(wamid.slice('wamid.'.length), 'base64');

describe('wamid', () => {
  it('is made of the parts of a real one', () => {
    const id = outgoingWamid('918899332211');
    expect(id).toMatch(/^wamid\.HBgMOTE4ODk5MzMyMjExFQIAERgS[A-Za-z0-9+/]+=*$/);
    const bytes = bytesOf(id);
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0x1c, 0x18, 12]));
    expect(bytes.subarray(3, 15).toString()).toBe('918899332211');
    expect(bytes.subarray(15, 21)).toEqual(Buffer.from([0x15, 0x02, 0x00, 0x11, 0x18, 18]));
    expect(bytes.subarray(21, 39).toString()).toMatch(/^[0-9A-F]{18}$/);
    expect(bytes.subarray(39)).toEqual(Buffer.from([0]));
  });

  it('is as long as a captured one of the same number', () => {
    expect(outgoingWamid('13437772910')).toHaveLength(
      'wamid.HBgLMTM0Mzc3NzI5MTAVAgARGBJDRDhCNTAwRkU0MTdCNkI3OUMA'.length,
    );
  });

  it('says the direction of a message, of captured ids too', () => {
    expect(wamidDirection(outgoingWamid('918899332211'))).toBe('outgoing');
    expect(wamidDirection(incomingWamid('918899332211'))).toBe('incoming');
    expect(wamidDirection('wamid.HBgLMTM0Mzc3NzI5MTAVAgARGBJDRDhCNTAwRkU0MTdCNkI3OUMA')).toBe('outgoing');
    expect(wamidDirection('wamid.HBgMNTU0MTk2MTI3MzAwFQIAEhgWM0VCMEQ3OTQ5OTNBODkwMzg1QTZDRgA=')).toBe(
      'incoming',
    );
    expect(wamidDirection('12345')).toBeUndefined();
    expect(wamidDirection('wamid.nonsense')).toBeUndefined();
  });

  it('never repeats', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => outgoingWamid('918899332211')));
    expect(ids.size).toBe(10_000);
  });
});
