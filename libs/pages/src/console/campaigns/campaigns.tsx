import { Route, Router } from 'preact-iso';
import '../templates/templates.css';
import './campaigns.css';
import { EditCampaign, NewCampaign } from './campaign-form.js';
import { CampaignList } from './campaign-list.js';
import { CampaignPage } from './campaign-page.js';

export function Campaigns() {
  return (
    <Router>
      <Route path="/" component={CampaignList} />
      <Route path="/new" component={NewCampaign} />
      <Route path="/:id" component={CampaignPage} />
      <Route path="/:id/edit" component={EditCampaign} />
    </Router>
  );
}
