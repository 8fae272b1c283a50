import { App, type OwnControls } from '../app/App.js';
import { mount } from '../lib/mount.js';
import { ModelSelect, SaveMenu } from './ReportControls.js';
import { readReport } from './read-report.js';
import './report.css';
import { staticHost } from './static-host.js';
import { themeSwitch } from './theme-switch.js';

const turnTheme = themeSwitch();
const report = readReport(document.getElementById('qk-lens-data')?.textContent ?? '');
if (report === null) {
  const words = document.createElement('p');
  words.textContent = 'The figures in this page are damaged. Write the page anew with qk-lens analyze --html.';
  document.body.append(words);
} else {
  const own: OwnControls = {
    bases: (model) => report.models.filter(({ focus }) => focus.model === model).map(({ focus }) => focus.basis),
    model: (state) => <ModelSelect state={state} />,
    export: (state) => <SaveMenu state={state} turnTheme={turnTheme} />,
  };
  mount(<App host={staticHost(report)} own={own} loadRow={null} />);
}
