// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// longestToldWait is the longest wait that is told as it is. Beyond it, nobody
// can have meant what a server asks for.
const longestToldWait = 30 * 24 * time.Hour

// explanation is what a user is told of an error: what failed, in a few words;
// what happened to the request, as the rest of a sentence that begins with it;
// and what to do next.
type explanation struct {
	summary, happened, next string
}

// callDiagnostic turns an error of the client into the diagnostic that a read
// ends with. It is the only place that does.
func callDiagnostic(err error) diag.Diagnostic {
	var failed *unpod.CallError
	if !errors.As(err, &failed) {
		return diag.NewErrorDiagnostic("Reading from Unpod failed", err.Error())
	}
	why := explain(failed.Err)
	facts := "Base URL: " + failed.BaseURL + "."
	if failed.Attempts > 0 {
		facts += fmt.Sprintf(" Attempts: %d. Request id: %s.", failed.Attempts, failed.RequestID)
	}
	return diag.NewErrorDiagnostic(why.summary,
		fmt.Sprintf("%s %s %s\n\n%s\n\n%s", failed.Method, failed.Path, why.happened, why.next, facts))
}

// explain tells the classes of errors apart.
func explain(err error) explanation {
	var (
		status     *unpod.StatusError
		redirect   *unpod.RedirectError
		notJSON    *unpod.NotJSONError
		shape      *unpod.ShapeError
		returned   *unpod.TokenReturnedError
		incomplete *unpod.IncompleteError
		tooLarge   *unpod.TooLargeError
	)
	switch {
	case errors.As(err, &status):
		return explainStatus(status)
	case errors.As(err, &redirect):
		return explanation{
			"Unpod redirected the request",
			fmt.Sprintf("was answered with status %d, a redirect to %s.", redirect.HTTPStatus, redirect.Origin),
			"Redirects are not followed, because that could hand the API token to another server. " +
				named("base_url") + " may be wrong: it must be the platform's final address.",
		}
	case errors.As(err, &notJSON):
		return explanation{
			"The answer is not from the Unpod API",
			"was answered with status 200, but what came is not JSON: " + bodyType(notJSON.BodyType) + ".",
			"Check " + named("base_url") + ": it may lead to a web page, such as a proxy's or a sign-in page, in place of the API.",
		}
	case errors.As(err, &shape):
		return explanation{
			"Unpod's answer has an unexpected shape",
			fmt.Sprintf("was answered with status 200, but %s %s.", shape.Place, shape.Problem),
			"The API may have changed: look for a newer version of this provider, or report this error with the request id.",
		}
	case errors.As(err, &returned):
		return explanation{
			"Unpod's answer contains the API token",
			"was answered with status 200, but " + returned.Place + " contains the API token, which must not go into state.",
			"Check " + named("base_url") + ": the server gives back what it was sent, which the Unpod API does not do. " +
				"If it is not the platform, replace the token: it is known there now.",
		}
	case errors.As(err, &incomplete):
		return explanation{
			"Unpod's list does not add up",
			fmt.Sprintf("brought %d provider configurations, where the server announced %d.", incomplete.Received, incomplete.Total),
			"The list may have changed while it was read: run Terraform again. If that does not help, report this error with the request id.",
		}
	case errors.As(err, &tooLarge):
		return explanation{
			"Unpod's answer is too large",
			"was answered with more than " + tooLarge.Limit + ", which is not read.",
			"Check " + named("base_url") + ": this is more than any organization's list.",
		}
	}
	return explainNoAnswer(err)
}

// explainNoAnswer tells apart why no answer came.
func explainNoAnswer(err error) explanation {
	var (
		timeout   *unpod.TimeoutError
		untrusted *unpod.TLSError
	)
	switch {
	case errors.As(err, &timeout):
		return explanation{
			"Unpod did not answer in time",
			fmt.Sprintf("brought no whole answer within %s.", timeout.Timeout),
			fmt.Sprintf("Raise %s, which is %s now, if the platform is slow. If it cannot be reached at all, check %s and the network.",
				named("request_timeout"), timeout.Timeout, named("base_url")),
		}
	case errors.As(err, &untrusted):
		return explanation{
			"Unpod cannot be reached over a trusted connection",
			"failed: " + untrusted.Reason + ".",
			"Check " + named("base_url") + ". If the platform's certificate is from a certificate authority of your own, " +
				"give that authority's certificate in " + named("ca_cert_pem") + ".",
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return explanation{
			"Reading from Unpod was cancelled",
			"was given up, because Terraform was interrupted.",
			"Run Terraform again.",
		}
	}
	return explanation{
		"Unpod cannot be reached",
		"failed: " + err.Error() + ".",
		"Check " + named("base_url") + ", that the platform is up, and the network, DNS and proxy on the way to it.",
	}
}

// explainStatus tells the statuses of an answer apart.
func explainStatus(err *unpod.StatusError) explanation {
	happened := answered(err)
	// Every error of the platform has a message.
	stranger := ""
	if err.Message == "" {
		stranger = " An answer without a message may be from a proxy or a firewall: check " + named("base_url") + " then."
	}
	switch {
	case err.Status == http.StatusUnauthorized:
		return explanation{
			"Unpod did not accept the API token", happened,
			"Check " + named("api_token") + ". An API token is made under API Keys in the Unpod dashboard." + stranger,
		}
	case err.Status == http.StatusForbidden:
		return explanation{
			"Unpod did not accept the organization", happened,
			"Check " + named("org_handle") + ": it is the organization's domain_handle, as the API's Get All Organizations returns it, and the API token must have access to that organization." + stranger,
		}
	case err.Status == http.StatusNotFound:
		return explanation{
			"The Unpod API was not found", happened,
			"Check " + named("base_url") + ": it must lead to an Unpod platform, with the path prefix of one that has a prefix.",
		}
	case err.Status == http.StatusTooManyRequests && err.HTTPStatus != err.Status:
		return explanation{"Unpod throttled the request", happened, "Run Terraform again later."}
	case err.Status == http.StatusTooManyRequests:
		return explanation{
			"Unpod throttled the request", happened,
			"Run Terraform again later. If the wait is short, more attempts may do: raise " + named("max_retries") + ".",
		}
	case err.Status >= http.StatusInternalServerError:
		return explanation{
			"Unpod failed to answer", happened,
			"The fault is on the platform's side, or a proxy's before it. Run Terraform again later; Unpod's support finds the request by its id.",
		}
	}
	if err.Message == "" {
		return explanation{
			"Unpod reported an error", happened,
			"The answer does not say why." + stranger + " If it is the platform's, Unpod's support finds the request by its id.",
		}
	}
	return explanation{
		"Unpod reported an error", happened,
		"The message is the platform's own. If it does not tell what to change, Unpod's support finds the request by its id.",
	}
}

// answered says what a server answered.
func answered(err *unpod.StatusError) string {
	text := fmt.Sprintf("was answered with status %d", err.Status)
	if err.Status != err.HTTPStatus {
		text = fmt.Sprintf("was answered with HTTP status %d, whose body says status %d", err.HTTPStatus, err.Status)
	}
	switch {
	case err.Message == "":
		text += ", " + bodyType(err.BodyType) + " and no message."
	case strings.HasSuffix(err.Message, "."):
		text += fmt.Sprintf(": %q", err.Message)
	default:
		text += fmt.Sprintf(": %q.", err.Message)
	}
	switch {
	case err.RetryAfter > longestToldWait:
		text += fmt.Sprintf(" The server asked to wait more than %d days.", longestToldWait/(24*time.Hour))
	case err.RetryAfter > 0:
		text += fmt.Sprintf(" The server asked to wait %s.", err.RetryAfter)
	}
	return text
}

// bodyType names a body that is not shown.
func bodyType(body unpod.BodyType) string {
	switch {
	case body.Empty:
		return "an empty body"
	case body.MediaType == "":
		return "a body without a content type"
	}
	return "a body of type " + body.MediaType
}

// named names an argument, together with the variables that may stand in for it.
func named(name string) string {
	return name + " (environment variable " + strings.Join(argumentNamed(name).variables, " or ") + ")"
}
