import { prepareHost } from '../host.js';
import { installedExtension } from '../installed.js';

console.log(`installed in ${installedExtension(await prepareHost())}`);
