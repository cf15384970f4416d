/** The one version that everything here was measured and checked with. */
export const daprdVersion = '1.18.2'
