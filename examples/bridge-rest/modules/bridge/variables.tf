variable "bridge_slug" {
  description = "Slug of the bridge."
  type        = string

  validation {
    condition     = can(regex("^[-0-9A-Za-z_]+$", var.bridge_slug))
    error_message = "The slug may only contain letters, digits, hyphens, and underscores, for example support-line."
  }
}

variable "phone_number" {
  description = "Phone number to connect to the bridge, in E.164 format. It must belong to the account of the provider configuration."
  type        = string

  validation {
    condition     = can(regex("^\\+[1-9][0-9]{1,14}$", var.phone_number))
    error_message = "The phone number must be in E.164 format, for example +14155550100."
  }
}

variable "provider_slug" {
  description = "Slug of the telephony provider, for example twilio."
  type        = string
}

variable "account_sid" {
  description = "Account SID at the telephony provider. Set it if the organization has several configurations there."
  type        = string
  default     = null
}
