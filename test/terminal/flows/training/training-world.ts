import type { Flow } from '../../../../src/terminal/flows/effect.ts'
import { performCommand, startUp } from '../../../../src/terminal/flows/main-flow.ts'
import type { CommandOutcome, TerminalCommand } from '../../../../src/terminal/flows/terminal-command.ts'
import { applyRecord, initialState } from '../../../../src/terminal/flows/terminal-state.ts'
import { ExerciseWatch, type PassedExercise } from '../../../../src/terminal/flows/training/exercises.ts'
import { trainingFlow } from '../../../../src/terminal/flows/training/training-flow.ts'
import { FakeWorld } from '../fake-world.ts'

/** A terminal in training, in a world that would notice whatever leaves it. */
export class TrainingWorld extends FakeWorld {
  readonly passed: PassedExercise[] = []
  watch = new ExerciseWatch()

  train<T>(flow: Flow<T>, atStart = false): T {
    return this.perform(
      trainingFlow(flow, {
        codec: this.codec,
        atStart,
        happened: (happening) => this.passed.push(...this.watch.happened(happening)),
      }),
    )
  }

  do(command: TerminalCommand): CommandOutcome {
    const outcome = this.train(performCommand(this.context, command))
    this.story.push({ kind: 'answered', outcome })
    return outcome
  }

  startAgain(): void {
    this.cut = undefined
    this.state = this.records.reduce(applyRecord, initialState)
    this.watch = new ExerciseWatch(this.state.loggedOn)
    this.train(startUp(this.context), true)
  }

  get done(): readonly string[] {
    return this.passed.map(({ exercise }) => exercise)
  }
}

/** Its pad would notice new keys: it refuses each. */
export function openTraining(): TrainingWorld {
  const world = new TrainingWorld()
  world.run({
    kind: 'commission',
    supervisorPassword: '888888',
    cashiers: [{ number: '01', password: '0000' }],
  })
  const refused = { kind: 'fault', device: 'pinPad', reason: 'reached' } as const
  world.padAnswers = {
    loadWorkingKeys: refused,
    clearWorkingKeys: refused,
    loadMasterKey: refused,
    mac: refused,
    encryptTrack: refused,
    requestKey: refused,
    loadKeyPackage: refused,
  }
  world.answers = { enterSupervisor: { kind: 'entered', text: '00' } }
  world.do({ kind: 'logOn', operator: '01' })
  world.story = []
  return world
}
