import { Route, Router } from 'preact-iso';
import './templates.css';
import { EditTemplate, NewTemplate } from './template-form.js';
import { TemplateList } from './template-list.js';
import { TemplatePage } from './template-page.js';

export function Templates() {
  return (
    <Router>
      <Route path="/" component={TemplateList} />
      <Route path="/new" component={NewTemplate} />
      <Route path="/:id" component={TemplatePage} />
      <Route path="/:id/edit" component={EditTemplate} />
    </Router>
  );
}
