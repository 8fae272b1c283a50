import '../lib/translations.js'; // before anything that has texts
import { mount } from '../lib/mount.js';
import { tensorHost } from './host.js';
import './tensor.css';
import { TensorView } from './TensorView.js';

mount(<TensorView host={tensorHost()} />);
