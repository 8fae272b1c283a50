import { globalName, type PickleGlobal } from './pickle/values.js';

/** Modules of which a checkpoint needs nothing and through which a pickle can run programs, reach the network or write files. */
const MODULES = new Set(
  (
    'os posix nt posixpath ntpath subprocess commands popen2 pty sys runpy shutil socket ssl http urllib urllib2 httplib requests ' +
    'aiohttp ftplib smtplib telnetlib webbrowser importlib imp pkgutil zipimport ctypes _ctypes cffi codeop bdb pdb timeit ' +
    'cProfile pickle _pickle cPickle marshal shelve dill cloudpickle multiprocessing asyncio threading _thread signal ' +
    'tempfile fileinput pip setuptools distutils venv ensurepip idlelib lib2to3 doctest IPython gc inspect antigravity'
  ).split(' '),
);

/** Single names in modules that are harmless otherwise, or whose names are common for modules of one's own. */
const NAMES = new Set(
  (
    'builtins.eval builtins.exec builtins.execfile builtins.compile builtins.open builtins.file builtins.input builtins.breakpoint ' +
    'builtins.getattr builtins.setattr builtins.delattr builtins.__import__ builtins.globals builtins.locals builtins.apply ' +
    'builtins.reload io.open io.FileIO _io.open _io.FileIO codecs.open types.FunctionType types.CodeType types.MethodType ' +
    'types.LambdaType operator.attrgetter operator.methodcaller _operator.attrgetter _operator.methodcaller ' +
    'code.interact code.compile_command code.InteractiveInterpreter code.InteractiveConsole profile.run profile.runctx ' +
    'trace.Trace torch.load torch.hub.load torch.jit.load torch.serialization.load torch.ops.load_library ' +
    'torch.utils.cpp_extension.load numpy.load numpy.fromfile numpy.memmap numpy.lib.npyio.load logging.config.dictConfig'
  ).split(' '),
);

/** True when Python could run code of the file's writer by calling this. */
export function isDangerous(global: PickleGlobal): boolean {
  const name = globalName(global);
  return MODULES.has(name.split('.', 1)[0] ?? '') || NAMES.has(name);
}
