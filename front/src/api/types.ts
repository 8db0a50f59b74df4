/** The API's shapes under the names that the page uses. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Source = Schemas["SourceOut"];
export type Message = Schemas["MessageOut"];
export type Thread = Schemas["ThreadOut"];
export type Cv = Schemas["CvOut"];
export type User = Schemas["UserOut"];
export type Session = Schemas["SessionOut"];
export type SignInOffer = Schemas["SignInOut"];
export type Run = Schemas["RunOut"];
export type RunStatus = Schemas["RunStatus"];
export type ActiveRun = Schemas["ActiveRunOut"];
export type WaitingRun = Schemas["WaitingRunOut"];
export type Failure = Schemas["FailureOut"];
export type MessagePage = Schemas["MessagePage"];
export type Posted = Schemas["PostedOut"];
export type OnBusy = Schemas["OnBusy"];
export type AssistantId = Schemas["Assistant"];
