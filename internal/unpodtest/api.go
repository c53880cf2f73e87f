// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpodtest is a local, in-memory Unpod that serves real HTTP: the list
// endpoint, and the bridges that configurations are connected to, with the
// platform's checks, bodies and quirks. Tests and the demo use it because the
// real platform needs an account, cannot fail on demand, and does not record its
// requests.
package unpodtest

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// Path is the list endpoint's path. It repeats the client's constant so that
// tests notice a mistake in that.
const Path = "/api/v2/platform/telephony/providers-configurations/"

// OtherPath is the path of the same endpoint in the code that was public in February
// 2026.
const OtherPath = "/api/v2/platform/telephony/provider-configurations/"

// Token and OrgHandle are the usual credentials of the local Unpod. They work
// nowhere else.
const (
	Token     = "local-unpod-token" //nolint:gosec // It is not a secret.
	OrgHandle = "unpod"
)

// Request is a request that the API received.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	Body   string
}

// API is the local Unpod. It is an [http.Handler] and safe for concurrent use.
type API struct {
	// Token and OrgHandle are the credentials of the first organization. All
	// organizations have the same token.
	Token     string
	OrgHandle string

	mu            sync.Mutex
	settings      Settings
	organizations []*organization
	once          []http.HandlerFunc
	always        http.HandlerFunc
	requests      []Request
}

// New returns an API that accepts the credentials and lists the configurations
// in this order.
func New(token, orgHandle string, configurations ...Configuration) *API {
	return &API{Token: token, OrgHandle: orgHandle, organizations: []*organization{newOrganization(orgHandle, configurations)}}
}

// AddOrganization adds an organization with these configurations.
func (a *API) AddOrganization(orgHandle string, configurations ...Configuration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.organizations = append(a.organizations, newOrganization(orgHandle, configurations))
}

// SetConfigurations replaces the configurations of the first organization.
func (a *API) SetConfigurations(configurations ...Configuration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.organizations[0].configurations = configurations
}

// Set changes the settings.
func (a *API) Set(change func(*Settings)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.settings)
}

// AnswerNext sets the responses to the next requests, in this order. After the
// last one, the API responds normally again.
func (a *API) AnswerNext(answers ...http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.once = append(a.once, answers...)
}

// AnswerAlways sets the response to every request, except those that
// [API.AnswerNext] has a response for.
func (a *API) AnswerAlways(answer http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.always = answer
}

// Requests returns the requests so far, oldest first.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// Connections returns the connections of all organizations' bridges.
func (a *API) Connections() []Connection {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Connection
	for _, each := range a.organizations {
		for _, bridge := range each.bridges {
			all = append(all, bridge.Numbers...)
		}
	}
	return all
}

// ServeHTTP records the request and responds.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // Reading it under the lock would make others wait for a slow client.
	a.answer(r, string(body))(w, r)
}

// answer records the request and returns the response.
func (a *API) answer(r *http.Request, body string) http.HandlerFunc {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, Request{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), body})
	if len(a.once) > 0 {
		next := a.once[0]
		a.once = a.once[1:]
		return next
	}
	if a.always != nil {
		return a.always
	}
	return a.platform(r, body)
}

// platform responds as the platform does. It checks the path first, then the
// token, the rate limit, the method and the organization.
func (a *API) platform(r *http.Request, body string) http.HandlerFunc {
	form := a.settings.Errors
	bridge := bridgePath.FindStringSubmatch(r.URL.Path)
	if bridge == nil && r.URL.Path != a.settings.ListPath() {
		return noEndpoint(r.URL.Path)
	}
	if refusal := a.refuseToken(r.Header.Get("Authorization")); refusal != nil {
		return refusal
	}
	if refusal := a.settings.RateLimit.refuse(form); refusal != nil {
		return refusal
	}
	if bridge == nil && r.Method != http.MethodGet {
		return form.refuseMethod(r.Method)
	}
	owner, refusal := a.find(r.Header.Get("Org-Handle"))
	switch {
	case refusal != nil:
		return refusal
	case bridge != nil:
		return owner.serveBridges(form, r.Method, bridge[1], bridge[2], body)
	default:
		return owner.list(a.settings, r.URL.Query())
	}
}

// noEndpoint redirects a path without its trailing slash, and returns 404 for any
// other.
func noEndpoint(path string) http.HandlerFunc {
	if path += "/"; path == Path || bridgePath.MatchString(path) {
		return Redirect(http.StatusMovedPermanently, path)
	}
	return HTML(http.StatusNotFound, "<!doctype html><title>Not Found</title><h1>Not Found</h1>")
}

// refuseToken returns the response to a request without a valid token, else nil.
func (a *API) refuseToken(authorization string) http.HandlerFunc {
	form := a.settings.Errors
	switch {
	case authorization == "":
		return form.refuse(http.StatusUnauthorized, "not_authenticated", "Authentication credentials were not provided.")
	case authorization != "Token "+a.Token:
		return form.refuse(http.StatusUnauthorized, "authentication_failed", "Invalid token.")
	case a.settings.TokenExpired:
		return form.refuse(http.StatusForbidden, "token_expired", "Token has expired.")
	default:
		return nil
	}
}

// find returns the organization with this handle, or the response if there is
// none.
func (a *API) find(handle string) (*organization, http.HandlerFunc) {
	form := a.settings.Errors
	found := slices.IndexFunc(a.organizations, func(o *organization) bool { return o.handle == handle })
	switch {
	case handle == "" && !a.settings.PublicCode && (form == "" || form == MessageForm):
		// Only the renderer sends a 206, so the other forms of errors do not have it.
		return nil, JSON(http.StatusPartialContent, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`)
	case handle == "":
		return nil, form.refuse(http.StatusBadRequest, "org_handle_required", "Org-Handle header is required.")
	case found >= 0:
		return a.organizations[found], nil
	case a.settings.PublicCode:
		return newOrganization("", Documented()), nil
	case a.settings.AnyOrganization:
		return a.organizations[0], nil
	default:
		return nil, form.refuse(http.StatusForbidden, "permission_denied", "Invalid organization handle.")
	}
}
