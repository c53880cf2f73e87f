variable "bridge_slug" {
  description = "Slug of the bridge."
  type        = string
}

variable "phone_number" {
  description = "Phone number to give to the bridge, in E.164 format."
  type        = string

  validation {
    condition     = can(regex("^\\+[1-9][0-9]{1,14}$", var.phone_number))
    error_message = "The phone number must be in E.164 format, for example +14155550100."
  }
}

variable "provider_slug" {
  description = "Slug of the telephony provider that the number is from."
  type        = string
}

variable "account_sid" {
  description = "Account at the telephony provider, where the organization has several there."
  type        = string
  default     = null
}
