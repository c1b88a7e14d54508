import type { Plan } from '@wbiz/contracts/account';

export const PLAN_NAMES: Readonly<Record<Plan, string>> = {
  starter: 'Starter',
  growth: 'Growth',
  scale: 'Scale',
  unlimited: 'Unlimited',
};
