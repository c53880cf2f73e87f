// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// The platform's paginator returns ten elements by default, and a hundred at
// most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// organization holds the data of one organization.
type organization struct {
	handle         string
	configurations []Configuration
	connections    []Connection
}

// list responds with the configurations.
func (o *organization) list(settings Settings, query url.Values) http.HandlerFunc {
	shown := o.configurations
	if settings.Pages {
		shown = page(shown, query)
	}
	body := listBody(shown)
	if settings.Older {
		body = listBody(older(shown, o.handle))
	}
	if settings.Pages {
		body["count"] = len(o.configurations)
	}
	if settings.EmptyObject && len(o.configurations) == 0 {
		body["message"], body["data"] = "Success", struct{}{}
	}
	return encode(body, http.StatusOK)
}

// listBridges responds with all bridges and their numbers.
func (o *organization) listBridges() http.HandlerFunc {
	bridges := allBridges()
	for i, bridge := range bridges {
		bridges[i] = bridge.connected(o.connections)
	}
	return encode(map[string]any{
		"count": len(bridges), "status_code": http.StatusOK, "message": "Bridges fetched successfully.", "data": bridges,
	}, http.StatusOK)
}

// showBridge responds with one bridge and its numbers.
func (o *organization) showBridge(slug string) http.HandlerFunc {
	bridges := allBridges()
	found := slices.IndexFunc(bridges, func(bridge bridge) bool { return bridge.Slug == slug })
	return success("Bridge fetched successfully.", bridges[found].connected(o.connections))
}

// connect connects a number to a bridge. It replaces an earlier connection of
// the two.
func (o *organization) connect(form ErrorForm, slug string, request bridgeRequest) http.HandlerFunc {
	id, err := strconv.ParseInt(string(request.ProviderConfigID), 10, 64)
	if err != nil {
		return form.refuseField("provider_config_id", "A valid integer is required.")
	}
	found := slices.IndexFunc(o.configurations, func(configuration Configuration) bool { return configuration.ID == id })
	if found < 0 {
		return form.refuseField("provider_config_id", "There is no provider configuration "+strconv.FormatInt(id, 10)+".")
	}
	o.remove(slug, request.PhoneNumber)
	o.connections = append(o.connections, Connection{slug, id, o.configurations[found].Provider, request.PhoneNumber})
	return success("Provider connected to bridge successfully.", map[string]string{
		"message": "Provider connected successfully", "bridge_slug": slug, "phone_number": request.PhoneNumber,
	})
}

// disconnect removes a number from a bridge.
func (o *organization) disconnect(form ErrorForm, slug string, request bridgeRequest) http.HandlerFunc {
	if !o.remove(slug, request.PhoneNumber) {
		return form.refuseField("phone_number", "This phone number is not connected to the bridge.")
	}
	return success("Provider disconnected from bridge successfully.", map[string]string{
		"message": "Provider disconnected successfully", "bridge_slug": slug,
	})
}

// remove removes a connection and reports whether there was one.
func (o *organization) remove(slug, phoneNumber string) bool {
	before := len(o.connections)
	o.connections = slices.DeleteFunc(o.connections, func(connection Connection) bool {
		return connection.Bridge == slug && connection.PhoneNumber == phoneNumber
	})
	return len(o.connections) < before
}

// success responds with data in the platform's envelope.
func success(message string, data any) http.HandlerFunc {
	return encode(map[string]any{"status_code": http.StatusOK, "message": message, "data": data}, http.StatusOK)
}

// listBody returns the body of a list without pages.
func listBody[E any](elements []E) map[string]any {
	return map[string]any{
		"status_code": http.StatusOK,
		"message":     "Provider configurations fetched successfully.",
		"data":        append([]E{}, elements...),
	}
}

// page returns the query's page of the list. A page past the end is empty.
func page(configurations []Configuration, query url.Values) []Configuration {
	size := min(positive(query.Get("page_size"), defaultPageSize), maxPageSize)
	before := positive(query.Get("page"), 1) - 1
	if before > len(configurations)/size {
		return nil
	}
	return configurations[before*size : min((before+1)*size, len(configurations))]
}

// positive parses a positive number, or returns the fallback.
func positive(text string, fallback int) int {
	if number, err := strconv.Atoi(text); err == nil && number > 0 {
		return number
	}
	return fallback
}
