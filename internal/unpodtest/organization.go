// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

// BridgesPath is the path of the bridges. Each bridge is below it, under its
// slug. Every slug is that of a bridge.
const BridgesPath = "/api/v2/platform/telephony/bridges/"

// bridgePath matches the endpoints of a bridge.
var bridgePath = regexp.MustCompile("^" + BridgesPath + "([^/]+)/(connect|disconnect)-provider/$")

// Connection is a phone number that is connected to a bridge through a
// configuration.
type Connection struct {
	Bridge           string
	ProviderConfigID int64
	Provider         *string
	PhoneNumber      string
}

// organization holds the data of one organization.
type organization struct {
	handle         string // empty for what belongs to no organization
	configurations []Configuration
	connections    []Connection
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

// post connects a number to a bridge, or disconnects it.
func (o *organization) post(form ErrorForm, slug, action, body string) http.HandlerFunc {
	var request struct {
		ProviderConfigID int64  `json:"provider_config_id"`
		PhoneNumber      string `json:"phone_number"`
	}
	if err := json.Unmarshal([]byte(body), &request); err != nil {
		return form.refuse(http.StatusBadRequest, "parse_error", "Malformed request.")
	}
	message, problem := "Provider disconnected from bridge successfully.", ""
	if action == "connect" {
		message, problem = "Provider connected to bridge successfully.", o.connect(slug, request.PhoneNumber, request.ProviderConfigID)
	} else {
		problem = o.disconnect(slug, request.PhoneNumber)
	}
	if problem != "" {
		return form.refuse(http.StatusBadRequest, "validation_error", problem)
	}
	return encode(http.StatusOK, map[string]any{
		"status_code": http.StatusOK, "message": message,
		"data": map[string]string{"bridge_slug": slug, "phone_number": request.PhoneNumber},
	})
}

// connect connects a number to a bridge, or returns why not. It replaces an
// earlier connection of the two.
func (o *organization) connect(slug, phoneNumber string, id int64) (problem string) {
	for _, configuration := range o.configurations {
		if configuration.ID == id {
			_ = o.disconnect(slug, phoneNumber) // There may be no earlier one.
			o.connections = append(o.connections, Connection{slug, id, configuration.Provider, phoneNumber})
			return ""
		}
	}
	return "Provider configuration not found or phone number invalid."
}

// disconnect disconnects a number from a bridge, or returns why not.
func (o *organization) disconnect(slug, phoneNumber string) (problem string) {
	before := len(o.connections)
	o.connections = slices.DeleteFunc(o.connections, func(c Connection) bool {
		return c.Bridge == slug && c.PhoneNumber == phoneNumber
	})
	if len(o.connections) == before {
		return "Phone number is not connected to this bridge."
	}
	return ""
}
