import { pythonTools } from './python-tools.ts';

/** The Python packages that the programs of the guides import. */
export const { python: guidePython, make: guideTools } = pythonTools({
  name: 'guide-tools',
  title: "What the guides' programs in Python import (from PyPI)",
  without: "The guides' program for Kafka in Python is not tested",
  requirements: 'e2e/requirements.txt',
  least: [3, 9],
});
