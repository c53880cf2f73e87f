// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"regexp"
	"slices"
)

// BridgesPath is the path of the bridges. Each bridge is below it, under its slug.
const BridgesPath = "/api/v2/platform/telephony/bridges/"

// Bridge is the slug of the bridge that each organization has at first.
const Bridge = "support-line"

// bridgePath matches the paths of the bridges, of one, and of its two actions.
var bridgePath = regexp.MustCompile("^" + BridgesPath + "(?:([^/]+)/(?:(connect|disconnect)-provider/)?)?$")

// Connection is a phone number that is connected to a bridge through a
// configuration. The API shows it among the bridge's numbers.
type Connection struct {
	PhoneNumber      string  `json:"number"`
	State            string  `json:"state"`
	Status           string  `json:"status"`
	Bridge           string  `json:"-"`
	ProviderConfigID int64   `json:"-"`
	Provider         *string `json:"-"`
}

// bridge is a bridge as the API sends it.
type bridge struct {
	Name    string       `json:"name"`
	Slug    string       `json:"slug"`
	Numbers []Connection `json:"numbers"`
}

// bridgeRequest has the fields of every request body about bridges.
type bridgeRequest struct {
	Name             string `json:"name"`
	Slug             string `json:"slug"`
	ProviderConfigID int64  `json:"provider_config_id"`
	PhoneNumber      string `json:"phone_number"`
}

// serve responds to a request for the bridge, or for an action on it.
func (b *bridge) serve(form ErrorForm, method, action string, sent bridgeRequest, configurations []Configuration) http.HandlerFunc {
	message, problem := "", ""
	switch method + " " + action {
	case "GET ":
		return success(http.StatusOK, "Bridge fetched successfully.", b)
	case "PATCH ":
		b.Name = sent.Name
		return success(http.StatusOK, "Bridge updated successfully.", b)
	case "POST connect":
		message, problem = "Provider connected to bridge successfully.", b.connect(sent, configurations)
	case "POST disconnect":
		message, problem = "Provider disconnected from bridge successfully.", b.disconnect(sent.PhoneNumber)
	default:
		return form.refuseMethod(method)
	}
	if problem != "" {
		return form.refuse(http.StatusBadRequest, "validation_error", problem)
	}
	return success(http.StatusOK, message, map[string]string{"bridge_slug": b.Slug, "phone_number": sent.PhoneNumber})
}

// connect connects a number, or returns why not. It replaces an earlier connection
// of the number to this bridge.
func (b *bridge) connect(sent bridgeRequest, configurations []Configuration) (problem string) {
	for _, configuration := range configurations {
		if configuration.ID == sent.ProviderConfigID {
			_ = b.disconnect(sent.PhoneNumber) // There may be no earlier one.
			b.Numbers = append(b.Numbers, Connection{sent.PhoneNumber, "ASSIGNED", "active", b.Slug, configuration.ID, configuration.Provider})
			return ""
		}
	}
	return "Provider configuration not found or phone number invalid."
}

// disconnect disconnects a number, or returns why not.
func (b *bridge) disconnect(phoneNumber string) (problem string) {
	before := len(b.Numbers)
	b.Numbers = slices.DeleteFunc(b.Numbers, func(c Connection) bool { return c.PhoneNumber == phoneNumber })
	if len(b.Numbers) == before {
		return "Phone number is not connected to this bridge."
	}
	return ""
}

// success responds with data.
func success(status int, message string, data any) http.HandlerFunc {
	return encode(status, map[string]any{"status_code": status, "message": message, "data": data})
}
