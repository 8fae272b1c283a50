/** Identifiers of the commands, as package.json contributes them. */
export const COMMANDS = {
  openCheckpoint: 'qkLens.openCheckpoint',
  openWith: 'qkLens.openWith',
  openSample: 'qkLens.openSample',
  openImage: 'qkLens.openImage',
  exportImage: 'qkLens.exportImage',
  measurePreference: 'qkLens.measurePreference',
  keypointsOfImage: 'qkLens.keypointsOfImage',
  keypointsOfFolder: 'qkLens.keypointsOfFolder',
  exportGuidedMasks: 'qkLens.exportGuidedMasks',
  goToHead: 'qkLens.goToHead',
  chooseModel: 'qkLens.chooseModel',
  setHeads: 'qkLens.setHeads',
  chooseBase: 'qkLens.chooseBase',
  export: 'qkLens.export',
  savePicture: 'qkLens.savePicture',
  copyPicture: 'qkLens.copyPicture',
  reload: 'qkLens.reload',
  refreshCheckpoints: 'qkLens.refreshCheckpoints',
  filterTensors: 'qkLens.filterTensors',
  clearTensorFilter: 'qkLens.clearTensorFilter',
  selectLayer: 'qkLens.selectLayer',
  showTensor: 'qkLens.showTensor',
  copyTensorName: 'qkLens.copyTensorName',
  goToDefinition: 'qkLens.goToDefinition',
  revealInCheckpoint: 'qkLens.revealInCheckpoint',
  linkClass: 'qkLens.linkClass',
  showInPanel: 'qkLens.showInPanel',
  revealTensors: 'qkLens.revealTensors',
  analyse: 'qkLens.analyse',
  openWalkthrough: 'qkLens.openWalkthrough',
  showLog: 'qkLens.showLog',
  collectDiagnostics: 'qkLens.collectDiagnostics',
} as const;

/** One of the extension's commands. */
export type CommandName = keyof typeof COMMANDS;

/** Second argument of `openWith` from the tree, where the focus stays. */
export const FROM_TREE = 'tree';

/** Commands that only the extension itself runs, from items of its tree and links of its hovers and lenses; they have no title and are in no menu. */
export const INTERNAL_COMMANDS: readonly CommandName[] = ['selectLayer', 'showInPanel', 'revealTensors', 'analyse'];
