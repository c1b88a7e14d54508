import { expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { CONTACTS } from './contacts.service.js';

it('becomes ready and answers log.head', async () => {
  const contacts = await serviceUnderTest(CONTACTS);
  try {
    const { healthUrl } = await contacts.start();
    await until(async () => (await fetch(`${healthUrl}/health/ready`)).ok);
    const head = await contacts.ask('log.head', { accountId: newId('acc') });
    expect(head).toEqual({ partition: expect.any(Number), sequence: 0 });
  } finally {
    await contacts.close();
  }
});
