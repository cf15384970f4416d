/** The one release of Dapr that everything here was measured and checked with. */
export const daprRelease = '1.18.2'

/** What our daprd says of itself: the release with the patches of platform/tools/dapr/patches. */
export const daprdVersion = `${daprRelease}-alta.1`
