// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// organization holds the data of one organization.
type organization struct {
	handle         string // empty for what belongs to no organization
	configurations []Configuration
	bridges        []*bridge
}

// newOrganization returns an organization with these configurations and one bridge.
func newOrganization(handle string, configurations []Configuration) *organization {
	return &organization{handle, configurations, []*bridge{{"Support line", Bridge, []Connection{}}}}
}

// list responds with the configurations.
func (o *organization) list(settings Settings, query url.Values) http.HandlerFunc {
	body := map[string]any{"status_code": http.StatusOK, "message": "Provider configurations fetched successfully."}
	shown := o.configurations
	if settings.Pages {
		shown = page(shown, query)
		body["count"] = len(o.configurations)
	}
	elements := make([]any, len(shown))
	for i, configuration := range shown {
		elements[i] = configuration
		if settings.PublicCode {
			elements[i] = ofPublicCode(configuration, o.handle)
		}
	}
	body["data"] = elements
	return encode(http.StatusOK, body)
}

// serveBridges responds to a request for all bridges, whose slug is empty, for one
// bridge, or for an action on it.
func (o *organization) serveBridges(form ErrorForm, method, slug, action, body string) http.HandlerFunc {
	var sent bridgeRequest
	if err := json.Unmarshal([]byte(cmp.Or(body, "{}")), &sent); err != nil {
		return form.refuse(http.StatusBadRequest, "parse_error", "Malformed request.")
	}
	found := slices.IndexFunc(o.bridges, func(b *bridge) bool { return b.Slug == slug })
	switch {
	case slug == "" && method == http.MethodGet:
		return success(http.StatusOK, "Bridges fetched successfully.", o.bridges)
	case slug == "" && method == http.MethodPost:
		made := &bridge{sent.Name, sent.Slug, []Connection{}}
		o.bridges = append(o.bridges, made)
		return success(http.StatusCreated, "Bridge created successfully.", made)
	case slug == "":
		return form.refuseMethod(method)
	case found < 0:
		return form.refuse(http.StatusNotFound, "not_found", "Bridge not found.")
	case method == http.MethodDelete && action == "":
		o.bridges = slices.Delete(o.bridges, found, found+1)
		return success(http.StatusOK, "Bridge deleted successfully.", nil)
	default:
		return o.bridges[found].serve(form, method, action, sent, o.configurations)
	}
}
