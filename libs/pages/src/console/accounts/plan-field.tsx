import type { Plan } from '@wbiz/contracts/account';
import { Field } from '../../parts/field.js';

export const PLAN_NAMES: Readonly<Record<Plan, string>> = {
  starter: 'Starter',
  growth: 'Growth',
  scale: 'Scale',
  unlimited: 'Unlimited',
};

type PlanFieldProps = {
  readonly plan: Plan;
  readonly fault: string | undefined;
  readonly onChange: (plan: Plan) => void;
};

export const PlanField = ({ plan, fault, onChange }: PlanFieldProps) => (
  <Field label="Plan" hint="How many requests its keys may make." fault={fault}>
    <select value={plan} onChange={({ currentTarget }) => onChange(currentTarget.value as Plan)}>
      {Object.entries(PLAN_NAMES).map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  </Field>
);
