import type { PackageServices } from '../../base/software-package.ts'
import { softwarePackageServices } from '../../crypto/software-signature.ts'

/** Hashes and signatures of software packages. There is no key in it. */
export const packageServices: PackageServices = softwarePackageServices
