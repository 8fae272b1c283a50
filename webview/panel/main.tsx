import { channel } from './channel.js'; // first: it asks while the rest is read
import '../lib/translations.js'; // before anything that has texts
import { App } from '../app/App.js';
import { vsCodeHost } from '../lib/host.js';
import { mount } from '../lib/mount.js';
import './panel.css';

const host = vsCodeHost(channel);
window.addEventListener('error', ({ message }) => {
  host.send({ type: 'error', message: message.slice(0, 2000) });
});
mount(<App host={host} own={null} loadRow={() => import('../app/image/image-row.js')} />);
