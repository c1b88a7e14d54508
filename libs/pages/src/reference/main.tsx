import { render } from 'preact';
import '../style/base.css';

render(<h1>WBIZ API reference</h1>, document.getElementById('page')!);
