import { Route, Router } from 'preact-iso';
import { WebhookList } from './webhook-list.js';
import { WebhookPage } from './webhook-page.js';
import './webhooks.css';

export function Webhooks() {
  return (
    <Router>
      <Route path="/" component={WebhookList} />
      <Route path="/:id" component={WebhookPage} />
    </Router>
  );
}
