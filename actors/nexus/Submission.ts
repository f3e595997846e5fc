/**
 * The only way from a node to `Orchestrator.submit`: receipts never leave this machine.
 *
 * An execution receipt proves nothing to a third party. The check sits in front of every submission, whatever layers
 * were put together and whatever the spool holds from an earlier local run, and it is a typed refusal, not a warning.
 */
import * as Effect from "effect/Effect"
import { ReceiptsStayLocal, type SubmitError } from "./Errors.ts"
import type { OrchestratorService } from "./Orchestrator.ts"
import type { ProverService } from "./Prover.ts"
import type { NodeId, ProvenTask } from "./Task.ts"

export const submit = (
  orchestrator: OrchestratorService,
  node: NodeId,
  proven: ProvenTask
): Effect.Effect<"accepted" | "duplicate", SubmitError | ReceiptsStayLocal> =>
  !orchestrator.local && proven.proofs.some((proof) => proof.kind === "receipt")
    ? Effect.fail(new ReceiptsStayLocal({ url: orchestrator.url, what: `task ${proven.task.taskId}` }))
    : orchestrator.submit(node, proven)

/** Refuses to start a fleet whose prover could only make what must not be sent. */
export const check = (
  orchestrator: OrchestratorService,
  prover: ProverService
): Effect.Effect<void, ReceiptsStayLocal> =>
  !orchestrator.local && prover.kind === "receipt"
    ? Effect.fail(new ReceiptsStayLocal({ url: orchestrator.url, what: `the prover "${prover.name}"` }))
    : Effect.void
