// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// maxShownWait caps the wait that a message shows. Servers that ask for longer
// hardly mean it.
const maxShownWait = 30 * 24 * time.Hour

const issuesURL = "https://github.com/unpod-ai/terraform-provider-unpod/issues"

// explanation is the text of a diagnostic. The sentence in outcome starts with
// the request, which callDiagnostic adds. next says what to try first.
type explanation struct{ summary, outcome, next string }

// callDiagnostic converts an error of the client to a diagnostic. No other
// function does.
func callDiagnostic(err error, s settings) diag.Diagnostic {
	failed, ok := errors.AsType[*unpod.CallError](err)
	if !ok {
		return diag.NewErrorDiagnostic("Reading from Unpod failed", err.Error())
	}
	why := explain(failed.Err, s)
	facts := fmt.Sprintf("Used %s, %s and %s.", s.used["base_url"], s.used["org_handle"], s.used["api_token"])
	if failed.Attempts > 0 {
		facts += fmt.Sprintf(" Attempts: %d. Request ID: %s.", failed.Attempts, failed.RequestID)
	} else if _, ok := failed.Err.(*unpod.StatusError); ok { //nolint:errorlint // It is not wrapped.
		why.outcome = "was not sent, because an earlier request " + why.outcome
	}
	return diag.NewErrorDiagnostic(why.summary, strings.Join([]string{
		http.MethodGet + " " + failed.Path + " " + why.outcome, facts, why.next,
	}, "\n\n"))
}

// explain returns the explanation of an error of the client.
func explain(err error, s settings) explanation {
	switch err := err.(type) { //nolint:errorlint // The client wraps none of them twice.
	case *unpod.StatusError:
		return explainStatus(err, s)
	case *unpod.TimeoutError:
		return explainTimeout(err, s)
	case *unpod.ProxyError:
		return explainProxy(err)
	case *unpod.DeadlineError:
		return explanation{
			"Reading from Unpod took too long", happened(err),
			"Run Terraform again later: the platform responded too slowly.",
		}
	case *unpod.TLSError:
		return explainTLS(err, s)
	case *unpod.ConnectionError:
		return explanation{
			"Unpod cannot be reached", happened(err),
			"Check base_url first. If it is right, check that the platform is up, then the network, DNS and proxy between this machine and the platform.",
		}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return explanation{"Reading from Unpod was canceled", "was canceled, because Terraform was interrupted.", "Run Terraform again."}
	}
	return explainResponse(err)
}

// explainResponse explains redirects, and problems with successful responses.
func explainResponse(err error) explanation {
	switch err := err.(type) { //nolint:errorlint // The client wraps none of them twice.
	case *unpod.RedirectError:
		target := " an address without a valid host."
		if err.Origin != "" {
			target = ":" + outside(err.Origin)
		}
		return explanation{
			"Unpod redirected the request", fmt.Sprintf("returned status %d, a redirect to", err.HTTPStatus) + target,
			"If this is your platform's address, set base_url to it. The provider does not follow redirects, because that could send the API token to another server.",
		}
	case *unpod.NotJSONError:
		return explanation{
			"The response is not from the Unpod API", "returned status 200 with " + bodyType(err.BodyType) + ", which is not JSON.",
			"Check base_url: it may lead to a web page, such as a proxy's or a sign-in page.",
		}
	case *unpod.ShapeError:
		return explainShape(err)
	case *unpod.IncompleteError:
		return explanation{
			"Unpod's list is incomplete", fmt.Sprintf("returned %d elements of a list that should have %d.", err.Received, err.Total),
			"The list may have changed while it was read. Run Terraform again. If that does not help, report this error with the request ID at " + issuesURL + ".",
		}
	case *unpod.TooLargeError:
		return explanation{
			"Unpod's response is too large", "returned more than " + err.Limit + ", the provider's limit.",
			"Check base_url: no organization has a list of this size.",
		}
	}
	return explanation{"Reading from Unpod failed", happened(err), "Report this error at " + issuesURL + "."}
}

// explainShape explains a list that has what it should not have.
func explainShape(err *unpod.ShapeError) explanation {
	summary := "Unpod's response has an unexpected shape"
	next := "Update this provider. If that does not help, report this error with the request ID at " + issuesURL + "."
	switch {
	case err.Problem == unpod.TokenReturned:
		summary = "Unpod's response contains the API token"
		next = "Check base_url: the Unpod API never returns the token. If this server is not an Unpod platform, replace the token."
	case err.Problem == unpod.OtherOrganization:
		summary = "Unpod listed another organization's configurations"
		next = "Check org_handle: for an unknown handle, some platforms list configurations that belong to no organization."
	case err.IsCharacter(): // Somebody has pasted it.
		next = "Remove this character from the configuration in Unpod."
	}
	return explanation{summary, fmt.Sprintf("returned status 200, but %s %s.", err.Place, err.Problem), next}
}

// explainTLS explains why a connection is not trusted.
func explainTLS(err *unpod.TLSError, s settings) explanation {
	next := map[unpod.TLSCause]string{
		unpod.TLSUnknownAuthority:  "Check base_url. If the platform's certificate is from a private CA, add that CA's certificate to " + s.used["ca_cert_pem"] + ".",
		unpod.TLSExpired:           "Check the clock of this machine. If it is right, ask the platform's administrator to renew the certificate.",
		unpod.TLSOtherName:         "Check base_url: its host must be one that the certificate is for.",
		unpod.TLSNoName:            "Ask the platform's administrator to reissue the certificate with a subject alternative name.",
		unpod.TLSCertificate:       "Send the reason to the platform's administrator: the platform's certificate, or a CA's, is not valid.",
		unpod.TLSClientCertificate: "The server, or a proxy in front of it, asks for a client certificate, which this provider does not support. Use an address that needs none.",
		unpod.TLSVersion:           "Ask the platform's administrator to enable TLS 1.2 or later.",
		unpod.TLSPlainHTTP:         "The server does not speak TLS. " + plainHTTP(s, "Check base_url. Do not use http://: anyone on the network path could read the API token. Someone may be intercepting this connection."),
		unpod.TLSOther:             "Check base_url, and whether something between this machine and the platform intercepts TLS.",
	}[err.Cause]
	return explanation{"Unpod cannot be reached over a trusted connection", happened(err), next}
}

// plainHTTP returns what to try if a server may speak plain HTTP. That is safe only
// on this machine.
func plainHTTP(s settings, elsewhere string) string {
	if !unpod.IsLoopback(s.options.BaseURL) {
		return elsewhere
	}
	plain := *s.options.BaseURL
	plain.Scheme = "http"
	return fmt.Sprintf("If it speaks plain HTTP, set base_url to %q.", strings.TrimSuffix(plain.String(), "/"))
}

// explainTimeout explains an attempt that took too long.
func explainTimeout(err *unpod.TimeoutError, s settings) explanation {
	next := "If the platform is slow, raise " + s.used["request_timeout"] + ". If it cannot be reached at all, check base_url and the network."
	if err.Silent {
		next += " The server accepted the connection but sent nothing. It may not use TLS. " + plainHTTP(s, "If it speaks plain HTTP, it must be set up for TLS.")
	}
	return explanation{"Unpod did not respond in time", happened(err), next}
}

// explainProxy explains what is wrong with a proxy.
func explainProxy(err *unpod.ProxyError) explanation {
	next := "Check " + err.Variable + ", then the proxy, and the network between this machine and the proxy."
	const lockout = ". The provider does not retry, because wrong passwords can lock the account."
	switch cause := err.Err.(type) { //nolint:errorlint // The client wraps none of them twice.
	case nil:
		next = "Set " + err.Variable + " to a URL such as http://proxy.example:3128. To connect without a proxy, unset it, or add the platform's host to NO_PROXY."
	case *unpod.ConnectionError:
		if err.Refused {
			next = "Check the user name and the password in " + err.Variable + ", and whether the proxy allows this connection" + lockout
		}
	case *unpod.TimeoutError:
		if cause.Silent {
			next = "Check " + err.Variable + ": the proxy may not speak TLS. If so, write http:// instead of https:// there."
		}
	case *unpod.TLSError:
		next = cmp.Or(map[unpod.TLSCause]string{
			unpod.TLSPlainHTTP:        "The proxy does not speak TLS. Write http:// instead of https:// in " + err.Variable + ".",
			unpod.TLSUnknownAuthority: "Check " + err.Variable + ". If the proxy's certificate is from a private CA, add that CA's certificate to ca_cert_pem.",
		}[cause.Cause], next)
	case *unpod.StatusError:
		switch {
		case cause.Status == http.StatusProxyAuthRequired:
			next = "Check the user name and the password in " + err.Variable + lockout
		case cause.Status == http.StatusNetworkAuthenticationRequired:
			next = "Sign in to the network of the proxy in " + err.Variable + "."
		case cause.Status < http.StatusInternalServerError:
			next = "The proxy in " + err.Variable + " does not allow this connection. Ask its administrator, or add the platform's host to NO_PROXY."
		default:
			next = "Check base_url: a proxy returns this status if it cannot reach the host. Then check " + err.Variable + "."
		}
	}
	return explanation{"The proxy failed", happened(err), next}
}

// explainStatus explains the status of an error response.
func explainStatus(err *unpod.StatusError, s settings) explanation {
	var summary, next, asWell string
	silent := err.Message == ""
	if silent { // Errors from the platform itself have a message.
		asWell = " Check base_url as well: a response without a message may come from a proxy or a firewall."
	}
	switch {
	case err.Status == http.StatusUnauthorized:
		summary, next = "Unpod rejected the API token", unauthorized(s)+asWell
	case err.Status == http.StatusForbidden:
		summary, next = "Unpod denied access to the organization", forbidden(err)+asWell
	case err.Status == http.StatusNotFound && silent:
		summary, next = "The Unpod API was not found",
			"Check base_url: it must lead to an Unpod platform, with its path prefix if it has one. Not every platform has this API."
	case err.Status == http.StatusNotFound:
		summary, next = "Unpod did not find what was requested", "Check org_handle: it must be the organization's domain_handle. Then check base_url."
	case err.Status == http.StatusTooManyRequests:
		summary, next = "Unpod throttled the request", throttled(err, s)
	case err.Status >= http.StatusInternalServerError, err.Status == http.StatusRequestTimeout:
		summary, next = "Unpod is unavailable", "Run Terraform again later. If that does not help, send Unpod support the request ID."
	case err.Status == http.StatusBadRequest && silent:
		summary, next = "Unpod reported an error", "Check base_url: the platform may not allow its host, or a proxy or a firewall may have sent this response."
	case silent:
		summary, next = "Unpod reported an error", "Check base_url: a response without a message may come from a proxy or a firewall. If it is right, send Unpod support the request ID."
	default:
		summary, next = "Unpod reported an error", "This message is from Unpod. If it is unclear, send Unpod support the request ID."
	}
	return explanation{summary, happened(err), next}
}

// unauthorized returns what to try first after a 401.
func unauthorized(s settings) string {
	const create = "To create a new token, open API Keys in the Unpod dashboard."
	switch {
	case unpod.LooksLikeToken(s.options.OrgHandle):
		return "Check whether api_token and org_handle are swapped: org_handle has the form of an API token."
	case s.options.Token.HasPrefix("sk_"):
		return "Check api_token: it begins with sk_, so it is a key for another Unpod API. " + create
	}
	return "Check api_token: it may be wrong, expired, deleted, or from another platform. " + create
}

// forbidden returns what to try first after a 403. Only the message can show
// which of the two documented causes it has.
func forbidden(err *unpod.StatusError) string {
	handle := "Check org_handle: it must be the organization's domain_handle."
	token := "Check that the API token has not expired and has access to the organization."
	said := strings.ToLower(err.Message + " " + err.Code)
	if strings.Contains(said, "token") || strings.Contains(said, "expired") || strings.Contains(said, "credentials") {
		return token + " " + handle
	}
	return handle + " " + token
}

// throttled returns what to try first after a 429.
func throttled(err *unpod.StatusError, s settings) string {
	if err.RetryAfter > unpod.MaxWait || err.Status != err.HTTPStatus {
		return "Run Terraform again later."
	}
	return "Run Terraform again later. To wait longer, raise " + s.used["max_retries"] + "."
}

// happened describes the outcome of a request, as the end of a sentence.
func happened(err error) string {
	switch err := err.(type) { //nolint:errorlint // The client wraps none of them twice.
	case *unpod.StatusError:
		return returned(err)
	case *unpod.TimeoutError:
		return fmt.Sprintf("did not complete within %s.", err.Timeout)
	case *unpod.ProxyError:
		switch cause := err.Err.(type) { //nolint:errorlint // It is not wrapped.
		case nil:
			return "failed, because " + err.Variable + " is not the URL of a proxy."
		case *unpod.StatusError, *unpod.TimeoutError:
			return "failed, because the proxy " + happened(cause)
		}
		return "failed at the proxy:" + outside(err.Err.Error())
	case *unpod.DeadlineError:
		if err.Last == nil {
			return fmt.Sprintf("did not complete within %s. The last request got no response.", err.After)
		}
		return fmt.Sprintf("did not complete within %s. The last attempt %s", err.After, happened(err.Last))
	}
	return "failed:" + outside(err.Error())
}

// returned describes an error response.
func returned(err *unpod.StatusError) string {
	text := fmt.Sprintf("returned status %d", err.Status)
	if err.Status != err.HTTPStatus {
		text = fmt.Sprintf("returned HTTP status %d with status_code %d in its body", err.HTTPStatus, err.Status)
	}
	switch {
	case err.Message == "":
		text += ", " + bodyType(err.BodyType) + " and no message."
		if err.MissingPath != "" {
			text += " Before that, " + err.MissingPath + " returned status 404."
		}
	case err.Code != "":
		text += ":" + outside(err.Message) + " (error code " + quote(err.Code) + ")"
	default:
		text += ":" + outside(err.Message)
	}
	switch {
	case err.RetryAfter > maxShownWait:
		text += fmt.Sprintf("\n\nThe server asks to wait more than %d days.", maxShownWait/(24*time.Hour))
	case err.RetryAfter > 0:
		text += fmt.Sprintf("\n\nThe server asks to wait %s.", err.RetryAfter)
	}
	return text
}

// outside returns sanitized text from outside on a separate line. Terraform does
// not wrap a line that begins with spaces, so no word of the text can begin a line,
// which a CI runner could take for a command, or a web page for Markdown.
func outside(text string) string { return "\n\n    " + quote(text) }

// quote puts sanitized text in quotes. Some CI runners look for ## anywhere in a
// line.
func quote(text string) string {
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	for strings.Contains(text, "##") {
		text = strings.ReplaceAll(text, "##", "# #")
	}
	return `"` + text + `"`
}

// bodyType describes a body that is not shown.
func bodyType(body unpod.BodyType) string {
	switch {
	case body.Empty:
		return "an empty body"
	case body.MediaType == "":
		return "a body of an unknown type"
	}
	return "a body of type " + quote(body.MediaType)
}
