import { expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { CAMPAIGNS } from './campaigns.service.js';

it('becomes ready and answers log.head', async () => {
  const campaigns = await serviceUnderTest(CAMPAIGNS);
  try {
    const { healthUrl } = await campaigns.start();
    await until(async () => (await fetch(`${healthUrl}/health/ready`)).ok);
    const head = await campaigns.ask('log.head', { accountId: newId('acc') });
    expect(head).toEqual({ partition: expect.any(Number), sequence: 0 });
  } finally {
    await campaigns.close();
  }
});
