import { busybox } from './busybox.ts'
import { helloApp1, helloApp2 } from './hello-app.ts'
import type { Image } from './image.ts'
import { liveness } from './liveness.ts'
import { nginx } from './nginx.ts'
import { pause } from './pause.ts'
import { stress } from './stress.ts'

/** Every test image; first those that the others' tests wait for. */
export const images: Image[] = [pause, busybox, nginx, helloApp1, helloApp2, liveness, stress]
