import { pythonTools } from './python-tools.ts';

/** The Python packages that the chart's tests need: Helm as a library, and the schemas of Kubernetes. */
export const { python: chartPython, make: chartTools } = pythonTools({
  name: 'chart-tools',
  title: 'What checks the Helm chart (from PyPI)',
  without: 'The tests of the Helm chart are skipped',
  requirements: 'deploy/helm/test/requirements.txt',
  least: [3, 10],
});
