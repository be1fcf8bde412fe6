package app

import (
	"context"
	"io"

	"wengang/internal/account"
	"wengang/internal/evidence"
	"wengang/internal/region"
	"wengang/internal/report"
)

// signers offers the accounts of a unit that may sign its forms.
type signers struct{ *account.Service }

func (s signers) Signers(ctx context.Context, by account.Caller, at region.Code) ([]report.Officer, error) {
	users, err := s.Granted(ctx, by, account.SettingEdit, account.ReportSign, at)
	if err != nil {
		return nil, err
	}
	var out []report.Officer
	for _, u := range users {
		o := report.Officer{ID: u.ID, Name: u.Name, Login: u.Login}
		for _, g := range u.Grants {
			if g.Region == at && g.Has(account.ReportSign) {
				o.Role, o.Dept = g.Role, g.Dept
				break
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// Speakers are the departments that speak for themselves at a place.
func (s signers) Speakers(ctx context.Context, by account.Caller, at region.Code) ([]account.Dept, error) {
	users, err := s.Granted(ctx, by, account.ReportFill, account.ReportSign, at)
	var out []account.Dept
	for _, u := range users {
		for _, g := range u.Grants {
			if g.Region == at && g.Has(account.ReportSign) {
				out = append(out, g.Dept)
			}
		}
	}
	return out, err
}

// formPapers keeps the files of forms with the other attachments.
type formPapers struct{ *evidence.Store }

func (p formPapers) Attach(ctx context.Context, by account.Caller, id int64, name string, file io.Reader) (int64, error) {
	it, err := p.Add(ctx, by, "report", id, evidence.Upload{Name: name, Sort: "form", File: file})
	return it.ID, err
}
