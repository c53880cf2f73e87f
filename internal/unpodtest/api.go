// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpodtest is a local, in-memory Unpod that serves real HTTP: the list
// endpoint, and the bridges that configurations are connected to, with the
// platform's checks, bodies and quirks. Tests and the demo use it because the
// real platform needs an account, cannot fail on demand, and does not record its
// requests.
package unpodtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Path is the list endpoint's path. It repeats the client's constant so that
// tests notice a mistake in that.
const Path = "/api/v2/platform/telephony/providers-configurations/"

// Token and OrgHandle are the usual credentials of the local Unpod. They work
// nowhere else.
const (
	Token     = "local-unpod-token" //nolint:gosec // It is not a secret.
	OrgHandle = "unpod"
)

// maxBodySize caps how much of a request body is read, in bytes.
const maxBodySize = 1 << 16

// Configuration is a telephony provider configuration as the API sends it. A nil
// field is sent as null.
type Configuration struct {
	ID         int64   `json:"id"`
	Provider   *string `json:"provider"`
	AccountSID *string `json:"account_sid"`
	CreatedAt  *string `json:"created_at"`
}

// Documented returns the two configurations in the API's documentation.
func Documented() []Configuration {
	return []Configuration{
		{42, new("twilio"), new("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), new("2026-02-07T10:00:00Z")},
		{43, new("plivo"), new("MAyyyyyyyyyyyyyyyyyyyyyyy"), new("2026-02-10T09:00:00Z")},
	}
}

// Many returns this number of configurations, each as long as the documented
// ones.
func Many(number int) []Configuration {
	many := make([]Configuration, number)
	for i := range many {
		many[i] = Configuration{int64(i + 1), new("twilio"), new(fmt.Sprintf("AC%032d", i+1)), new("2026-02-07T10:00:00Z")}
	}
	return many
}

// Request is a request that the API received.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	Body   string
	// RemoteAddr tells connections apart.
	RemoteAddr string
	// Proto is the protocol, such as HTTP/2.0.
	Proto string
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
	limiter       limiter
	once          []http.HandlerFunc
	always        http.HandlerFunc
	requests      []Request
}

// New returns an API that accepts the credentials and lists the configurations
// in this order.
func New(token, orgHandle string, configurations ...Configuration) *API {
	return &API{Token: token, OrgHandle: orgHandle, organizations: []*organization{{handle: orgHandle, configurations: configurations}}}
}

// AddOrganization adds an organization with these configurations.
func (a *API) AddOrganization(orgHandle string, configurations ...Configuration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.organizations = append(a.organizations, &organization{handle: orgHandle, configurations: configurations})
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

// Connections returns the connections of all organizations' bridges, in the
// order in which the organizations were added.
func (a *API) Connections() []Connection {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Connection
	for _, organization := range a.organizations {
		all = append(all, organization.connections...)
	}
	return all
}

// ServeHTTP records the request and responds.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.answer(r, readBody(w, r))(w, r) // Read the body before taking the lock.
}

// readBody reads the request body, and restores it for the next reader. It
// returns nothing if the body is too large or truncated, since part of it may be
// valid JSON.
func readBody(w http.ResponseWriter, r *http.Request) []byte {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodySize))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	return body
}

// answer records the request and returns the response.
func (a *API) answer(r *http.Request, body []byte) http.HandlerFunc {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, Request{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), string(body), r.RemoteAddr, r.Proto})
	if len(a.once) > 0 {
		answer := a.once[0]
		a.once = a.once[1:]
		return answer
	}
	if a.always != nil {
		return a.always
	}
	return a.platform(r, body)
}

// platform responds as the platform does. It checks the route first, then the
// token, the rate limit, the method and the organization.
func (a *API) platform(r *http.Request, body []byte) http.HandlerFunc {
	route, ok := routeOf(r.URL.Path)
	if !ok {
		return noRoute(r.URL.Path)
	}
	if refusal := a.refuseToken(r.Header.Get("Authorization")); refusal != nil {
		return refusal
	}
	if now := time.Now(); !a.limiter.allow(a.settings.RateLimit, now) {
		return a.settings.RateLimit.refuse(a.settings.Errors, now, a.limiter.reset)
	}
	if r.Method != route.method() {
		return a.settings.Errors.refuse(http.StatusMethodNotAllowed, "method_not_allowed", `Method "`+r.Method+`" not allowed.`)
	}
	organization, refusal := a.organization(r.Header.Get("Org-Handle"))
	if refusal != nil {
		return refusal
	}
	if route.action == listConfigurations {
		return organization.list(a.settings, r.URL.Query())
	}
	return a.bridges(organization, route, r.Header.Get("Content-Type"), body)
}

// noRoute redirects a path without its trailing slash, and returns 404 for any
// other.
func noRoute(path string) http.HandlerFunc {
	if _, ok := routeOf(path + "/"); ok {
		return Redirect(http.StatusMovedPermanently, path+"/")
	}
	return HTML(http.StatusNotFound, "<!doctype html><title>Not Found</title><h1>Not Found</h1>")
}

// bridges responds to a request for an organization's bridges.
func (a *API) bridges(organization *organization, route route, contentType string, body []byte) http.HandlerFunc {
	form := a.settings.Errors
	if route.action == listBridges {
		return organization.listBridges()
	}
	if !isBridge(route.slug) {
		return form.refuse(http.StatusNotFound, "not_found", "Bridge not found.")
	}
	if route.action == showBridge {
		return organization.showBridge(route.slug)
	}
	request, refusal := parseBridgeRequest(form, contentType, body)
	if refusal != nil {
		return refusal
	}
	if route.action == connect {
		return organization.connect(form, route.slug, request)
	}
	return organization.disconnect(form, route.slug, request)
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
		return form.tokenExpired()
	default:
		return nil
	}
}

// organization returns the organization with this handle, or the response if
// there is none.
func (a *API) organization(handle string) (*organization, http.HandlerFunc) {
	if handle == "" {
		return nil, a.refuseNoHandle()
	}
	for _, organization := range a.organizations {
		if organization.handle == handle {
			return organization, nil
		}
	}
	if a.settings.AnyOrganization {
		return a.organizations[0], nil
	}
	return nil, a.settings.Errors.refuse(http.StatusForbidden, "permission_denied", "Invalid organization handle.")
}

// refuseNoHandle returns the response to a request without Org-Handle. The
// renderer sends the 206, so only its own error form has one.
func (a *API) refuseNoHandle() http.HandlerFunc {
	form := a.settings.Errors
	if a.settings.Older || (form != "" && form != MessageForm) {
		return form.orgHandleRequired()
	}
	return JSON(http.StatusPartialContent, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`)
}
