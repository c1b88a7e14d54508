import { Controller, Get, Query } from '@nestjs/common';
import { AccountView, MeView } from '@wbiz/contracts/account';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { AnyKey } from '../access/route-access.js';
import { Nothing } from '../nothing.js';
import { Describe } from '../openapi/describe.js';
import { accountView, billingMonth, meView } from './me.js';

@Controller('v1')
export class MeController {
  constructor(private readonly peers: Peers) {}

  @Get('me')
  @AnyKey()
  @Describe({
    summary: 'Who am I',
    description: 'The key, its account and the phone numbers connected to it.',
    answers: { 200: MeView },
  })
  me(@Query() _query: Nothing, @Caller() call: Call) {
    return meView(call);
  }

  @Get('account')
  @AnyKey()
  @Describe({
    summary: 'Account and entitlement',
    description:
      'Plan, limits and usage of the current month. While `entitled` is false every send is refused with 402.',
    answers: { 200: AccountView },
  })
  account(@Query() _query: Nothing, @Caller() call: Call) {
    return accountView(call, billingMonth(new Date()), this.peers);
  }
}
