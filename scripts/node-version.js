// As old a syntax as run.js: read its first lines.

/**
 * Whether a version of Node is in a range as package.json's `engines` has it: alternatives of
 * `^1.2.3` and `>=1.2.3`, with `||` between them.
 */
export function isInRange(version, range) {
  const actual = numbersOf(version);
  return range.split('||').some((alternative) => {
    const [, operator, lowest] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(alternative) || [];
    if (lowest === undefined) throw new Error(`engines in package.json: "${alternative}" cannot be read`);
    const wanted = numbersOf(lowest);
    return isAtLeast(actual, wanted) && (operator === '>=' || actual[0] === wanted[0]);
  });
}

const numbersOf = (version) => version.replace(/^v/, '').split('.', 3).map(Number.parseFloat);

function isAtLeast(actual, wanted) {
  const different = actual.findIndex((number, index) => number !== wanted[index]);
  return different === -1 || actual[different] > wanted[different];
}
