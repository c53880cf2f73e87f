// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import "net/http"

// ErrorForm is one of the documented forms of an error body. The zero value
// means MessageForm.
type ErrorForm string

// The forms, with the fields of their bodies.
const (
	MessageForm ErrorForm = "message"    // message and status_code: the platform's renderer
	ObjectForm  ErrorForm = "error"      // error.code and error.message
	TextForm    ErrorForm = "error-text" // error, a string
	DetailForm  ErrorForm = "detail"     // detail: Django REST framework without a renderer
)

// refuse responds with an error in this form.
func (f ErrorForm) refuse(status int, code, message string) http.HandlerFunc {
	switch f {
	case ObjectForm:
		return ErrorObject(status, code, message)
	case TextForm:
		return ErrorText(status, message)
	case DetailForm:
		return Detail(status, message)
	default:
		return Message(status, message)
	}
}

// refuseField responds with a 400 about one field in this form.
func (f ErrorForm) refuseField(field, problem string) http.HandlerFunc {
	problems := map[string][]string{field: {problem}}
	switch f {
	case ObjectForm, TextForm:
		return f.refuse(http.StatusBadRequest, "validation_error", field+": "+problem)
	case DetailForm:
		return PlainFieldErrors(http.StatusBadRequest, problems)
	default:
		return FieldErrors(http.StatusBadRequest, "Invalid "+field+".", problems)
	}
}

// tokenExpired responds to a request whose token has expired.
func (f ErrorForm) tokenExpired() http.HandlerFunc {
	return f.refuse(http.StatusForbidden, "token_expired", "Token has expired.")
}

// orgHandleRequired responds to a request without the header Org-Handle.
func (f ErrorForm) orgHandleRequired() http.HandlerFunc {
	return f.refuse(http.StatusBadRequest, "org_handle_required", "Org-Handle header is required.")
}
