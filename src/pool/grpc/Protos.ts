/**
 * The .proto files of the pool's gRPC port as text, for reflection.
 *
 * The bundle has no files beside it, so they are held here. `pool` is pool.proto, character by character (a test compares
 * them); the other two are the published protocols with their numbers and without their comments.
 */

export const pool = `// The mining service of \`pool-server\`, port 7777.
//
// Fields 1 to 5 of WorkOrder, 1 to 3 of WorkResult, 1 of SubmitAck and 1 to 2 of MinerStatus are those of the original
// pool.proto, with their numbers and types: a client that knows only those can subscribe and submit. All later numbers
// are Pitboss's. Limbs, nonces and digests are 40 bytes: five 64-bit limbs, each little-endian and below
// p = 2^64 - 2^32 + 1, limb 0 first. Targets are 40 bytes, one whole number, big-endian: a digest meets a target when
// the sum of limb i times p^i is at most the target.
syntax = "proto3";

package pool;

service MiningPool {
  // Heartbeats and shares up, jobs and answers down. The first MinerStatus identifies the miner and must arrive within
  // 15 seconds; one heartbeat every 30 seconds keeps the subscription.
  rpc Subscribe(stream MinerStatus) returns (stream WorkOrder);
  // One share in a call of its own, for clients of the original protocol: it costs both sides several times what a share
  // in the subscription does. Answered when it is durable in the pool's books, or refused.
  rpc SubmitWork(WorkResult) returns (SubmitAck);
}

message WorkOrder {
  string work_id = 1;
  // Id of the parent block, 40 bytes.
  bytes parent_hash = 2;
  // Commitment of the block to find a nonce for, 40 bytes.
  bytes merkle_root = 3;
  // When the work was made, seconds since 1970. Not part of what is hashed.
  uint64 timestamp = 4;
  // The share target, as in share_target.
  bytes difficulty_target = 5;

  // Limb 4 of every nonce must have this value; shares outside are refused. No two connections have the same one.
  optional uint64 nonce_prefix = 6;
  // What a share must meet.
  bytes share_target = 7;
  // What a block must meet.
  bytes network_target = 8;
  // Height of the block to find.
  uint64 height = 9;
  // Proof version of the height. The pool takes shares of version 5 only.
  uint32 proof_version = 10;
  uint32 pow_length = 11;
  // Older jobs are worthless: drop them at once.
  bool clean_jobs = 12;
  // Shares count until then, milliseconds since 1970.
  uint64 expires_at = 13;
  // What one share counts: the expected number of digests that it takes.
  uint64 share_difficulty = 14;
  // Name of the chain, for example "devnet".
  string chain = 15;
  // The subscription's secret, in its first order and again with a new difficulty: send the latest with every WorkResult,
  // and in the first MinerStatus after a reconnection to get the same nonce prefix and difficulty back. It outlives the
  // pool's process.
  string session = 16;
  // The same as expires_at for clocks that differ: milliseconds that shares count from now on.
  uint64 expires_in = 17;
  // Answers to shares that came in a MinerStatus: one for each, in any order, refusals at once. A WorkOrder without
  // work_id has answers only.
  repeated SubmitAck acks = 18;
  // In the first order of a subscription: shares may come in it.
  bool takes_shares = 19;
}

message WorkResult {
  string work_id = 1;
  // 40 bytes.
  bytes nonce = 2;
  string miner_id = 3;

  // From the first WorkOrder. Without it the share belongs to the subscription of miner_id on the same connection.
  string session = 4;
  // The miner's own number for this share; its answer has it again.
  uint32 sequence = 5;
}

message SubmitAck {
  // True: the share is counted and durable.
  bool success = 1;

  Code code = 2;
  // One sentence for the operator of the miner.
  string reason = 3;
  // The difficulty of shares from now on; absent when it did not change.
  optional uint64 new_difficulty = 4;
  // That of the WorkResult.
  uint32 sequence = 5;

  enum Code {
    CODE_UNSPECIFIED = 0;
    ACCEPTED = 1;
    // A good share, for a job whose parent is no longer the tip.
    STALE = 2;
    // Handed in before.
    DUPLICATE = 3;
    // The digest misses the share target.
    LOW_DIFFICULTY = 4;
    // Limb 4 of the nonce is not the nonce prefix.
    WRONG_PREFIX = 5;
    // No such job, or forgotten.
    UNKNOWN_JOB = 6;
    // Too many at once: keep it and hand it in later.
    RATE_LIMITED = 7;
    // No subscription, or no or a wrong token.
    UNAUTHORISED = 8;
    // Not a nonce.
    MALFORMED = 9;
    // Work of a legacy proof version.
    UNSUPPORTED = 10;
    // The pool could not keep it: hand it in again.
    INTERNAL = 11;
  }
}

message MinerStatus {
  // Who is paid.
  string miner_id = 1;
  uint32 threads = 2;

  // Name of the machine.
  string worker = 3;
  // Measured digests per second.
  double hashrate = 4;
  // Name and version of the program.
  string version = 5;
  // The pool's access token; the metadata \`authorization: Bearer TOKEN\` does as well.
  string token = 6;
  // The session of the subscription to go on with.
  string resume = 7;
  // Shares of this subscription, once its first WorkOrder has come with takes_shares; miner_id and session of each are
  // not needed. A message with shares is no heartbeat: its other fields are not read. 256 shares may wait for their
  // answers; the pool reads on when there are fewer.
  repeated WorkResult shares = 8;
}
`

export const health = `syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}
`

/** The version is "v1" or, for older clients, "v1alpha"; the messages are the same. */
export const reflection = (version: "v1" | "v1alpha") => `syntax = "proto3";
package grpc.reflection.${version};
service ServerReflection {
  rpc ServerReflectionInfo(stream ServerReflectionRequest) returns (stream ServerReflectionResponse);
}
message ServerReflectionRequest {
  string host = 1;
  oneof message_request {
    string file_by_filename = 3;
    string file_containing_symbol = 4;
    ExtensionRequest file_containing_extension = 5;
    string all_extension_numbers_of_type = 6;
    string list_services = 7;
  }
}
message ExtensionRequest { string containing_type = 1; int32 extension_number = 2; }
message ServerReflectionResponse {
  string valid_host = 1;
  ServerReflectionRequest original_request = 2;
  oneof message_response {
    FileDescriptorResponse file_descriptor_response = 4;
    ExtensionNumberResponse all_extension_numbers_response = 5;
    ListServiceResponse list_services_response = 6;
    ErrorResponse error_response = 7;
  }
}
message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
message ExtensionNumberResponse { string base_type_name = 1; repeated int32 extension_number = 2; }
message ListServiceResponse { repeated ServiceResponse service = 1; }
message ServiceResponse { string name = 1; }
message ErrorResponse { int32 error_code = 1; string error_message = 2; }
`
